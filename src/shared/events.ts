import type { Id } from './ids.js';

/** A fact that other modules react to. It is stored together with what it tells of. */
export interface DomainEvent<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  /** Whose act it was: events of one actor are handed on in their order. */
  readonly actorId: Id;
  /** Plain JSON. */
  readonly data: Data;
}

/** An event as the outbox keeps it. */
export interface OutboxEvent extends DomainEvent {
  /** Grows with the order of commits. */
  readonly position: number | string;
  /** How often handing it on has failed. */
  readonly failures: number;
}

/** Events that were committed with their facts and wait to be handed on, at least once. */
export abstract class Outbox {
  /**
   * The oldest waiting events, at most `limit`, leased for `leaseMs`: no other caller gets them before the lease
   * ends. An actor's events come in their order; none comes while an earlier one of the same actor is leased to
   * another caller or waits for its retry.
   */
  abstract claim(limit: number, leaseMs: number): Promise<OutboxEvent[]>;

  /** The events took effect: they are gone. */
  abstract done(positions: readonly OutboxEvent['position'][]): Promise<void>;

  /**
   * Handing the event on failed: it waits until `retryAt` (ms), and the later ones of its actor with it. `alone`: the
   * later ones need not wait for it.
   */
  abstract retryLater(
    position: OutboxEvent['position'],
    retryAt: number,
    who: 'with-its-successors' | 'alone',
  ): Promise<void>;

  /** The event of a type that waits, or is leased, and came first. */
  abstract oldest(type: string): Promise<DomainEvent | undefined>;

  /** Calls `listener` after each commit of this process that stored events. */
  abstract onCommit(listener: () => void): void;
}
