import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Id, idFromBytes, idToBytes } from '../../shared/ids.js';
import { MOST_SEEN, type Position } from '../../shared/page.js';
import { InvalidCursor } from '../http-errors.js';

const DIRECTIONS = ['older', 'newer'] as const satisfies readonly Position['toward'][];
const ID_BYTES = 16;
const CODE_BYTES = 16;

/**
 * A position as an opaque string: direction, gap, what was seen above it, and the first 128 bits of an HMAC-SHA256 over
 * these and `context`, which names the list, its filters and its reader. 44 characters where nothing comes late.
 */
export function sealCursor({ toward, gap, seen = [] }: Position, key: Uint8Array, context: string): string {
  const position = Buffer.concat([Buffer.of(DIRECTIONS.indexOf(toward)), ...[gap, ...seen].map(idToBytes)]);
  return Buffer.concat([position, codeOf(position, key, context)]).toString('base64url');
}

/** @throws InvalidCursor unless `sealCursor` made it with the same key and context. */
export function openCursor(cursor: unknown, key: Uint8Array, context: string): Position {
  if (typeof cursor !== 'string') throw new InvalidCursor();
  const bytes = Buffer.from(cursor, 'base64url');
  // The decoder skips what is no base64url: what it reads must be all that was written.
  if (bytes.toString('base64url') !== cursor) throw new InvalidCursor();
  const position = bytes.subarray(0, -CODE_BYTES);
  const ids = (position.length - 1) / ID_BYTES;
  if (!Number.isInteger(ids) || ids < 1 || ids > 1 + MOST_SEEN) throw new InvalidCursor();
  const toward = DIRECTIONS[position[0] as number];
  if (toward === undefined || !timingSafeEqual(bytes.subarray(-CODE_BYTES), codeOf(position, key, context)))
    throw new InvalidCursor();
  const [gap, ...seen] = Array.from({ length: ids }, (_, n): Id =>
    idFromBytes(position.subarray(1 + n * ID_BYTES, 1 + (n + 1) * ID_BYTES)),
  ) as [Id, ...Id[]];
  return { toward, gap, ...(seen.length > 0 && { seen }) };
}

function codeOf(position: Uint8Array, key: Uint8Array, context: string): Buffer {
  return createHmac('sha256', key).update(position).update(context).digest().subarray(0, CODE_BYTES);
}
