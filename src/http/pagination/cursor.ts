import { createHmac, timingSafeEqual } from 'node:crypto';
import { idFromBytes, idToBytes } from '../../shared/ids.js';
import type { Position } from '../../shared/page.js';
import { InvalidCursor } from '../http-errors.js';

const DIRECTIONS = ['older', 'newer'] as const satisfies readonly Position['toward'][];
const POSITION_BYTES = 17;
const CODE_BYTES = 16;

/**
 * A position as an opaque string of 44 characters: direction, gap, and the first 128 bits of an HMAC-SHA256 over both
 * and `context`, which names the list, its filters and its reader.
 */
export function sealCursor({ toward, gap }: Position, key: Uint8Array, context: string): string {
  const position = Buffer.of(DIRECTIONS.indexOf(toward), ...idToBytes(gap));
  return Buffer.concat([position, codeOf(position, key, context)]).toString('base64url');
}

/** @throws InvalidCursor unless `sealCursor` made it with the same key and context. */
export function openCursor(cursor: unknown, key: Uint8Array, context: string): Position {
  if (typeof cursor !== 'string') throw new InvalidCursor();
  const bytes = Buffer.from(cursor, 'base64url');
  // The decoder skips what is no base64url: what it reads must be all that was written.
  if (bytes.length !== POSITION_BYTES + CODE_BYTES || bytes.toString('base64url') !== cursor)
    throw new InvalidCursor();
  const position = bytes.subarray(0, POSITION_BYTES);
  const code = bytes.subarray(POSITION_BYTES);
  const toward = DIRECTIONS[position[0] as number];
  if (toward === undefined || !timingSafeEqual(code, codeOf(position, key, context)))
    throw new InvalidCursor();
  return { toward, gap: idFromBytes(position.subarray(1)) };
}

function codeOf(position: Uint8Array, key: Uint8Array, context: string): Buffer {
  return createHmac('sha256', key).update(position).update(context).digest().subarray(0, CODE_BYTES);
}
