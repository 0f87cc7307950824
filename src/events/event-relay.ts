import { MINUTE, SECOND, type Clock } from '../shared/clock.js';
import type { Outbox, OutboxEvent } from '../shared/events.js';
import { type EventHandlers, LooseHandlerFailed } from './event-handlers.js';

const BATCH = 100;
const LEASE = 10 * SECOND;
const FIRST_RETRY = SECOND;
const LONGEST_RETRY = 5 * MINUTE;
/** What others do not wait for may be tried more often. */
const LONGEST_LOOSE_RETRY = 4 * SECOND;
const POLL = SECOND / 4;

export interface RelayLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * Hands the events of the outbox to their handlers, at least once: at once after a commit of this process, and four
 * times a second for those that another process left behind or that wait for their retry.
 */
export class EventRelay {
  private running?: Promise<void>;
  private nudged = false;
  private poll?: NodeJS.Timeout;

  constructor(
    private readonly outbox: Outbox,
    private readonly handlers: EventHandlers,
    private readonly clock: Clock,
    private readonly log: RelayLog,
  ) {}

  start(): void {
    this.outbox.onCommit(() => this.nudge());
    this.poll = setInterval(() => this.nudge(), POLL);
    this.nudge();
  }

  /** Takes no more events; ends when those under way are done. */
  async stop(): Promise<void> {
    clearInterval(this.poll);
    delete this.poll;
    await this.running;
  }

  /** Hands on what waits now; ends when nothing is left that could be handed on. */
  async settle(): Promise<void> {
    this.nudge();
    await this.running;
  }

  private nudge(): void {
    this.nudged = true;
    this.running ??= this.run().finally(() => delete this.running);
  }

  private async run(): Promise<void> {
    while (this.nudged) {
      this.nudged = false;
      try {
        while (this.poll && (await this.relayBatch()) === BATCH);
      } catch (error) {
        this.log.error({ err: error }, 'The outbox cannot be read; trying again soon.');
      }
    }
  }

  private async relayBatch(): Promise<number> {
    const events = await this.outbox.claim(BATCH, LEASE);
    const done: OutboxEvent['position'][] = [];
    const held = new Set<string>();
    for (const event of events) {
      if (held.has(event.actorId)) continue;
      const outcome = await this.relay(event);
      if (outcome === 'done') done.push(event.position);
      else if (outcome === 'holds-back') held.add(event.actorId);
    }
    if (done.length > 0) await this.outbox.done(done);
    return events.length;
  }

  private async relay(event: OutboxEvent): Promise<'done' | 'waits' | 'holds-back'> {
    try {
      await this.handlers.handle(event);
      return 'done';
    } catch (error) {
      const { type, position, failures } = event;
      const isLoose = error instanceof LooseHandlerFailed;
      const details = { err: error, type, position, failures };
      if (!isLoose) this.log.error(details, 'An event was not handled; it will come again.');
      // It is tried often, for as long as its technology is away: to say it once is enough.
      else if (failures === 0)
        this.log.warn(details, 'An event waits for a handler; others do not wait for it.');
      const wait = Math.min(FIRST_RETRY * 2 ** failures, isLoose ? LONGEST_LOOSE_RETRY : LONGEST_RETRY);
      const retryAt = this.clock.now() + wait;
      await this.outbox.retryLater(position, retryAt, isLoose ? 'alone' : 'with-its-successors');
      return isLoose ? 'waits' : 'holds-back';
    }
  }
}
