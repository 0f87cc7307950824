import { HIGHEST_ID, type Id, type Ids, LOWEST_ID } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { Row, SqliteDatabase, SqlValue } from './sqlite-database.js';

/** An id as the column keeps it: its 16 bytes. */
export function toBlob(id: Id): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

export function toId(value: SqlValue | undefined): Id {
  if (!(value instanceof Uint8Array)) throw new TypeError('The column holds no id.');
  return hexToId(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex'));
}

/** Ids kept one behind the other in one column. */
export function toIds(value: SqlValue | undefined): Id[] {
  if (!(value instanceof Uint8Array)) throw new TypeError('The column holds no ids.');
  return Array.from({ length: value.byteLength / 16 }, (_, n) => toId(value.subarray(16 * n, 16 * n + 16)));
}

/** Ids as the JSON array that `idsIn` reads. */
export function toJson(ids: readonly Id[]): string {
  return JSON.stringify(ids.map((id) => id.replaceAll('-', '')));
}

/** A table of the ids in a parameter made by `toJson`. */
export const idsIn = (parameter: string): string =>
  `(SELECT unhex(value) AS id FROM json_each(${parameter}))`;

/**
 * A new id for a row of `table`, above all that it has: inside a write, so that ids become visible in their order
 * even when another process writes to the same file or the clock stepped back.
 */
export function stamp(db: SqliteDatabase, ids: Ids, table: string): Id {
  const highest = db.get(`SELECT max(id) AS id FROM ${table}`)?.['id'];
  return ids.next(highest ? toId(highest) : undefined);
}

/** The rows of `query`, which ends in its WHERE clause, within the bounds for `column` and in the order of the stretch. */
export function listStretch(
  db: SqliteDatabase,
  query: string,
  column: string,
  { from, before, newestFirst, limit }: Stretch,
  ...values: SqlValue[]
): Row[] {
  const order = newestFirst ? 'DESC' : 'ASC';
  const bounds: SqlValue[] = [];
  let range = '';
  if (from !== LOWEST_ID) {
    range += ` AND ${column} >= ?`;
    bounds.push(toBlob(from));
  }
  if (before !== HIGHEST_ID) {
    range += ` AND ${column} < ?`;
    bounds.push(toBlob(before));
  }
  const sql = `${query}${range} ORDER BY ${column} ${order} LIMIT ?`;
  return db.all(sql, ...values, ...bounds, limit);
}

function hexToId(hex: string): Id {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
