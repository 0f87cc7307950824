// Tells as it happens what is new: by a stream, and by asking from time to time where there is none.

import { ownStream, publicStream } from './api.js';
import { wait } from './http.js';
import { readEvents } from './stream.js';

const ASK_AGAIN_MS = 10_000;

/**
 * A stream that is open while somebody listens and the page is seen. Listeners have methods by the names of events,
 * `post` and `notification`, and `catchUp`: what was missed, if anything, must be read by REST.
 */
class Live {
  #listeners = new Set();
  #open;
  #lastEventId;
  #retryMs = 3_000;
  #stopped;

  constructor(open) {
    this.#open = open;
    // Browsers allow six connections to a server, for all tabs together: those in the background need none.
    document.addEventListener('visibilitychange', () => this.#startOrStop());
  }

  /** Answers how to stop listening. */
  listen(listener) {
    this.#listeners.add(listener);
    this.#startOrStop();
    return () => {
      this.#listeners.delete(listener);
      this.#startOrStop();
    };
  }

  #startOrStop() {
    const isWanted = this.#listeners.size > 0 && !document.hidden;
    if (isWanted && !this.#stopped) {
      this.#stopped = new AbortController();
      void this.#run(this.#stopped.signal);
    } else if (!isWanted) {
      this.#stopped?.abort();
      this.#stopped = undefined;
      if (this.#listeners.size === 0) this.#lastEventId = undefined;
    }
  }

  async #run(signal) {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
        await wait(this.#retryMs, signal);
      } catch (problem) {
        if (signal.aborted) return;
        await wait((problem.retryAfter ?? 0) * 1_000 || ASK_AGAIN_MS, signal);
        if (!signal.aborted) this.#tell('catchUp');
      }
    }
  }

  /** Until the stream ends, which it does when the access token does: the next one goes on after the last event. */
  async #follow(signal) {
    const headers = this.#lastEventId ? { 'Last-Event-ID': this.#lastEventId } : {};
    const response = await this.#open({ headers, signal });
    // Between what was read by REST and the beginning of the stream.
    if (!this.#lastEventId) this.#tell('catchUp');
    for await (const { type, data, id } of readEvents(response)) {
      this.#lastEventId = id ?? this.#lastEventId;
      if (type === 'retry') this.#retryMs = data;
      else this.#tell(type === 'reset' ? 'catchUp' : type, data);
    }
  }

  #tell(what, data) {
    for (const listener of this.#listeners) listener[what]?.(data);
  }
}

/** Everybody's posts. */
export const publicEvents = new Live(publicStream);
/** Posts of the people whom the reader follows, and notifications. */
export const ownEvents = new Live(ownStream);
