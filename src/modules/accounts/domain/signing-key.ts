import { MINUTE } from '../../../shared/clock.js';
import { type Id, timeOf } from '../../../shared/ids.js';

/** A process reads the keys again when it read them so long ago (ms). */
export const KEYS_RELOADED_AFTER = MINUTE;

/** Verifiers may keep the published keys so long (ms). */
export const KEYS_CACHED_FOR = 5 * MINUTE;

/** A new key is published so long (ms) before it signs: every process and verifier knows it by then. */
export const KEY_PUBLISHED_BEFORE_USE = 10 * MINUTE;

interface Made {
  /** Its creation time is the key's. */
  readonly id: Id;
}

/** The key that signs at `now`: the newest that everybody knows, or the first of all. `keys` oldest first. */
export function signingKeyAt<Key extends Made>(keys: readonly Key[], now: number): Key | undefined {
  return keys.findLast(({ id }) => timeOf(id) + KEY_PUBLISHED_BEFORE_USE <= now) ?? keys[0];
}

/**
 * Keys made before the instant answered (ms) are of no use at `now`: a newer one signs since so long that the last
 * token of theirs, good for `tokenMs`, has expired, even if it was signed by a process that was slow to notice.
 */
export function keysOutlivedBefore(keys: readonly Made[], now: number, tokenMs: number): number {
  const notice = KEY_PUBLISHED_BEFORE_USE + KEYS_RELOADED_AFTER + tokenMs;
  const heir = keys.findLast(({ id }) => timeOf(id) + notice <= now);
  return heir === undefined ? 0 : timeOf(heir.id);
}
