import { DomainError } from './errors.js';
import type { Id } from './ids.js';

/** A request that the client may send again, by the `Idempotency-Key` header. */
export interface IdempotencyKey {
  /** Digest of user, method, path and the client's key. */
  readonly digest: string;
  /** Digest of the body. */
  readonly fingerprint: string;
}

/** What became of the first request under a key. */
export interface KeptAnswer {
  readonly fingerprint: string;
  /** The post that it published. */
  readonly postId: Id;
  /** The body that it was answered, unless the process ended before it could be kept. */
  readonly body?: string;
}

/**
 * Answers kept for 24 hours for requests that are sent again. The record itself is made by the store that publishes,
 * in the same atomic step as the post; this port reads it, and adds the body.
 */
export abstract class IdempotencyStore {
  abstract find(digest: string): Promise<KeptAnswer | undefined>;

  /** Adds the body of the answer to the record of `digest`; without such a record nothing happens. */
  abstract keepBody(digest: string, body: string): Promise<void>;
}

/** How long a key is kept. */
export const IDEMPOTENCY_KEPT_MS = 24 * 60 * 60 * 1_000;

/** Another request under the same key is being answered. */
export class IdempotencyKeyInUse extends DomainError {
  readonly code = 'idempotency-key-in-use';
  override readonly retryAfter = 1;

  constructor() {
    super('A request with this Idempotency-Key is still being answered. Send it again in a moment.');
  }
}
