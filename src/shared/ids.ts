/**
 * A UUIDv7 in its canonical lower-case form (RFC 9562). Its first 48 bits are the millisecond of creation, so that
 * the order of ids, as strings or as bytes, is the order of creation, and an id is a thing's creation time too.
 */
export type Id = string;

/** Where ids come from. */
export abstract class Ids {
  /**
   * A new id of the present millisecond, greater than every id that this source has made and than `after`. When
   * the clock stands or steps back, the id runs ahead of it instead.
   */
  abstract next(after?: Id): Id;
}

export const LOWEST_ID: Id = '00000000-0000-0000-0000-000000000000';
export const HIGHEST_ID: Id = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LATEST = 0xffff_ffff_ffff;

export function isId(value: string): boolean {
  return FORM.test(value);
}

/** Milliseconds since the epoch at which the id was made. */
export function timeOf(id: Id): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The lowest id that the millisecond `ms` can have: everything made at or after `ms` is at or above it. */
export function lowestIdAt(ms: number): Id {
  const hex = Math.min(Math.max(ms, 0), LATEST).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The id that comes right after `id` among all 128-bit values. */
export function successor(id: Id): Id {
  if (id === HIGHEST_ID) return id;
  return fromHex((BigInt(`0x${id.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0'));
}

/** An id as its 16 bytes. */
export function idToBytes(id: Id): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, index) => {
    const at = BYTE_OFFSETS[index] as number;
    return Number.parseInt(id.slice(at, at + 2), 16);
  });
}

/** The id of 16 bytes. */
export function idFromBytes(bytes: Uint8Array): Id {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte] ?? '';
  return fromHex(hex);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const BYTE_OFFSETS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

function fromHex(hex: string): Id {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
