import { type EventBlock, eventBlocks } from './event-blocks.js';
import { isRefusal, refusalOf } from './problem.js';
import { passed } from './time.js';
import { type Fetch, isFailureOfNetwork } from './transport.js';
import type { Notification, Post } from './types.js';

export type StreamEvent =
  | { readonly type: 'post'; readonly id: string; readonly data: Post }
  | { readonly type: 'notification'; readonly id: string; readonly data: Notification }
  /** What was missed cannot be told any more: reload what is shown, and go on. */
  | { readonly type: 'reset'; readonly id: string };

export interface StreamOptions {
  /** The `id` of the last event that was seen, to go on after it: also of an earlier start of the program. */
  readonly lastEventId?: string;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
  /** Seconds. A stream that says nothing this long, of which a proxy may be the cause, is opened anew: 45. */
  readonly longestSilence?: number;
  /** Told of each interruption; the stream goes on by itself after `wait` milliseconds. */
  readonly onInterrupted?: (error: unknown, wait: number) => void;
}

/** Three times as long as the server lets pass without a word, in seconds. */
const LONGEST_SILENCE = 45;
const RETRY = 3_000;
const LONGEST_BACKOFF = 30_000;
const MANY_STREAMS = 429;

/** Where to go on, and how patiently. */
interface Place {
  lastEventId: string | undefined;
  retry: number;
  failures: number;
}

/**
 * The events of a stream, each once, whatever connections break: it connects again and goes on where it was, until the signal
 * is aborted or the loop is left.
 * @throws {PosterrProblem} when Posterr refuses the stream for good, because the session ended, say.
 */
export async function* streamEvents(
  send: Fetch,
  url: string,
  options: StreamOptions = {},
): AsyncGenerator<StreamEvent, void> {
  const { lastEventId, signal, onInterrupted } = options;
  const place: Place = { lastEventId, retry: RETRY, failures: 0 };
  while (!signal?.aborted) {
    let wait: number;
    try {
      yield* oneConnection(send, url, place, options);
      // It ended as it should: its token has expired, or the server stops. All of its readers come back, but not at once.
      wait = Math.random() * place.retry;
    } catch (error) {
      if (signal?.aborted) return;
      if (!passes(error)) throw error;
      wait = waitAfter(error, place);
      place.failures += 1;
      onInterrupted?.(error, wait);
    }
    await passed(wait, signal).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  }
}

async function* oneConnection(
  send: Fetch,
  url: string,
  place: Place,
  { signal, longestSilence = LONGEST_SILENCE }: StreamOptions,
): AsyncGenerator<StreamEvent, void> {
  const silence = new AbortController();
  const tooQuiet = (): void => silence.abort(new DOMException('The stream is silent.', 'TimeoutError'));
  let timer = setTimeout(tooQuiet, longestSilence * 1_000);
  try {
    const headers = place.lastEventId === undefined ? {} : { 'Last-Event-ID': place.lastEventId };
    const until = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    const response = await send(new Request(url, { headers }), { signal: until });
    if (!response.ok) throw await refusalOf(response);
    if (!response.body) return;
    for await (const block of eventBlocks(response.body)) {
      clearTimeout(timer);
      timer = setTimeout(tooQuiet, longestSilence * 1_000);
      place.failures = 0;
      place.retry = block.retry ?? place.retry;
      place.lastEventId = block.id ?? place.lastEventId;
      const event = eventOf(block, place.lastEventId);
      if (!event) continue;
      // However long the reader takes for it: silence is the server's alone.
      clearTimeout(timer);
      yield event;
      timer = setTimeout(tooQuiet, longestSilence * 1_000);
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** undefined: no event, or one of a kind that this version does not know. */
function eventOf({ event, data }: EventBlock, id = ''): StreamEvent | undefined {
  if (data === undefined) return undefined;
  if (event === 'post') return { type: event, id, data: JSON.parse(data) as Post };
  if (event === 'notification') return { type: event, id, data: JSON.parse(data) as Notification };
  return event === 'reset' ? { type: event, id } : undefined;
}

function passes(error: unknown): boolean {
  if (isRefusal(error)) return error.status >= 500 || error.status === MANY_STREAMS;
  return isFailureOfNetwork(error);
}

function waitAfter(error: unknown, { retry, failures }: Place): number {
  const backoff = Math.min(retry * 2 ** failures, LONGEST_BACKOFF) * (0.5 + Math.random() / 2);
  return isRefusal(error) ? Math.max((error.retryAfter ?? 0) * 1_000, backoff) : backoff;
}
