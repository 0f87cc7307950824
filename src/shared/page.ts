import { HIGHEST_ID, type Id, LOWEST_ID, lowestIdAt, successor } from './ids.js';

/** A stretch of a list that is ordered by id: `from <= id < before`. */
export interface Stretch {
  readonly from: Id;
  readonly before: Id;
  /** True: from the newest down. False: from the oldest up. */
  readonly newestFirst: boolean;
  /** Read at most so many. */
  readonly limit: number;
}

/** Reads a stretch of one list, in the order that the stretch asks for. */
export type ReadStretch<Item> = (stretch: Stretch) => Promise<readonly Item[]>;

/** A gap between two neighbours of a list: what is below `gap` is older, what is at or above it is newer. */
export interface Position {
  readonly toward: 'older' | 'newer';
  readonly gap: Id;
  /**
   * What was shown already of the stretch above `gap` in which things may still become visible late. Only toward
   * what is newer; at most `MOST_SEEN`.
   */
  readonly seen?: readonly Id[];
}

/** Bounds the length of cursors. Where more comes in the time that things may be late, polling waits for it to pass. */
export const MOST_SEEN = 256;

/** Knows how late things may become visible. */
export abstract class Visibility {
  /** Nothing with an id below it becomes visible any more, unless what is visible already is above it. */
  abstract settledBefore(): Id;
}

/** Where ids become visible in their order: whatever comes is above all that is visible. */
export class OrderedVisibility extends Visibility {
  settledBefore(): Id {
    return HIGHEST_ID;
  }
}

export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number;
  /** Where a former page of the same list ended; absent: the start of the list. */
  readonly position?: Position;
  /** Inclusive, in ms. */
  readonly since?: number;
  /** Exclusive, in ms. */
  readonly until?: number;
  /** See `Visibility`, asked before anything is read; absent: everything visible is settled. */
  readonly settledBefore?: Id;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
  /** Continues the list; there is one exactly when `hasMore`. */
  readonly next?: Position;
  /** Leads to what is newer than the page, now or later. */
  readonly prev: Position;
}

export type Order = 'newest-first' | 'oldest-first';

/**
 * One page of a list by keyset paging: positions are gaps between ids, so that new items never shift a page.
 * `idOf` tells the id by which the list orders an item. Costs one read, or two when newer items of a newest-first
 * list are asked for.
 */
export async function readPage<Item>(
  order: Order,
  request: PageRequest,
  read: ReadStretch<Item>,
  idOf: (item: Item) => Id,
): Promise<Page<Item>> {
  const range = {
    from: request.since === undefined ? LOWEST_ID : lowestIdAt(request.since),
    before: request.until === undefined ? HIGHEST_ID : lowestIdAt(request.until),
  };
  if (order === 'oldest-first') return readUp(range, request, read, idOf);
  if (request.position?.toward === 'newer') return readNewer(range, request, request.position, read, idOf);
  return readDown(range, request, read, idOf);
}

type Range = Pick<Stretch, 'from' | 'before'>;

async function readDown<Item>(
  range: Range,
  { limit, position, settledBefore = HIGHEST_ID }: PageRequest,
  read: ReadStretch<Item>,
  idOf: (item: Item) => Id,
): Promise<Page<Item>> {
  const before = position ? lower(range.before, position.gap) : range.before;
  const found = await read({ from: range.from, before, newestFirst: true, limit: limit + 1 });
  const items = found.slice(0, limit);
  const hasMore = found.length > limit;
  const last = items.at(-1);
  // What comes late below a page that has a next one is older than the page; at the end of the list it is news.
  const floor = last !== undefined && hasMore ? idOf(last) : LOWEST_ID;
  const prev = above(floor, items.map(idOf), settledBefore);
  return {
    items,
    hasMore,
    ...(last !== undefined && hasMore && { next: { toward: 'older', gap: idOf(last) } }),
    prev,
  };
}

async function readNewer<Item>(
  range: Range,
  { limit, settledBefore = HIGHEST_ID }: PageRequest,
  position: Position,
  read: ReadStretch<Item>,
  idOf: (item: Item) => Id,
): Promise<Page<Item>> {
  const unseen = await readUnseen(range, { limit, settledBefore }, position, read, idOf);
  const items = unseen.items.toReversed();
  const last = items.at(-1);
  const end =
    last === undefined ? (position.seen ?? []).map(successor).reduce(higher, position.gap) : idOf(last);
  const older = await read({ ...range, before: lower(range.before, end), newestFirst: true, limit: 1 });
  const hasMore = older.length > 0;
  return {
    items,
    hasMore,
    ...(hasMore && { next: { toward: 'older', gap: end } }),
    prev: positionAfter(position, unseen.items.map(idOf), unseen.hasMore, settledBefore),
  };
}

/** Of a list that is read from the oldest up, what follows and what is newer are the same. */
async function readUp<Item>(
  range: Range,
  { limit, position = { toward: 'newer', gap: LOWEST_ID }, settledBefore = HIGHEST_ID }: PageRequest,
  read: ReadStretch<Item>,
  idOf: (item: Item) => Id,
): Promise<Page<Item>> {
  const { items, hasMore } = await readUnseen(range, { limit, settledBefore }, position, read, idOf);
  const end = positionAfter(position, items.map(idOf), hasMore, settledBefore);
  return { items, hasMore, ...(hasMore && { next: end }), prev: end };
}

/** What is above the position and was not shown, from the oldest up, as much as the next position can hold. */
async function readUnseen<Item>(
  range: Range,
  { limit, settledBefore }: { limit: number; settledBefore: Id },
  { gap, seen = [] }: Position,
  read: ReadStretch<Item>,
  idOf: (item: Item) => Id,
): Promise<{ items: readonly Item[]; hasMore: boolean }> {
  const stretch = {
    ...range,
    from: higher(range.from, gap),
    newestFirst: false,
    limit: limit + 1 + seen.length,
  };
  const found = (await read(stretch)).filter((item) => !seen.includes(idOf(item)));
  const room = MOST_SEEN - seen.filter((id) => id >= settledBefore).length;
  const items = found.slice(0, Math.min(limit, room));
  return { items, hasMore: found.length > items.length };
}

/** The position above `shown`, ids from the oldest up that come after `position`, of which there is more above when `hasMore`. */
export function positionAfter(
  { gap, seen = [] }: Position,
  shown: readonly Id[],
  hasMore: boolean,
  settledBefore: Id,
): Position {
  const known = [...seen, ...shown];
  // What is unseen lies above the last shown, among what was seen.
  const top = hasMore ? (shown.at(-1) ?? LOWEST_ID) : HIGHEST_ID;
  return above(gap, known, lower(settledBefore, successor(top)));
}

/**
 * The position toward what is newer than `known`, at or above `floor`. What is known and settled lies below its gap: so it
 * changes with the list, and not with the time.
 */
function above(floor: Id, known: readonly Id[], settledBefore: Id): Position {
  const settled = known.filter((id) => id < settledBefore).map(successor);
  const gap = settled.reduce(higher, floor);
  const seen = known.filter((id) => id >= gap);
  return { toward: 'newer', gap, ...(seen.length > 0 && { seen }) };
}

const lower = (a: Id, b: Id): Id => (a < b ? a : b);
const higher = (a: Id, b: Id): Id => (a > b ? a : b);
