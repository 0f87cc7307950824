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
  if (request.position?.toward === 'newer')
    return readNewer(range, request, request.position.gap, read, idOf);
  return readDown(range, request, read, idOf);
}

type Range = Pick<Stretch, 'from' | 'before'>;

async function readDown<Item>(
  range: Range,
  { limit, position }: PageRequest,
  read: ReadStretch<Item>,
  idOf: (item: Item) => Id,
): Promise<Page<Item>> {
  const before = position ? lower(range.before, position.gap) : range.before;
  const found = await read({ from: range.from, before, newestFirst: true, limit: limit + 1 });
  const items = found.slice(0, limit);
  const hasMore = found.length > limit;
  const first = items[0];
  return {
    items,
    hasMore,
    ...(hasMore && { next: { toward: 'older', gap: idOf(items.at(-1) as Item) } }),
    prev: {
      toward: 'newer',
      gap: first === undefined ? (position?.gap ?? LOWEST_ID) : successor(idOf(first)),
    },
  };
}

async function readNewer<Item>(
  range: Range,
  { limit }: PageRequest,
  gap: Id,
  read: ReadStretch<Item>,
  idOf: (item: Item) => Id,
): Promise<Page<Item>> {
  const nearestFirst = await read({ ...range, from: higher(range.from, gap), newestFirst: false, limit });
  const items = nearestFirst.toReversed();
  const last = items.at(-1);
  const end = last === undefined ? gap : idOf(last);
  const older = await read({ ...range, before: lower(range.before, end), newestFirst: true, limit: 1 });
  const hasMore = older.length > 0;
  return {
    items,
    hasMore,
    ...(hasMore && { next: { toward: 'older', gap: end } }),
    prev: { toward: 'newer', gap: items[0] === undefined ? gap : successor(idOf(items[0])) },
  };
}

/** Of a list that is read from the oldest up, what follows and what is newer are the same. */
async function readUp<Item>(
  range: Range,
  { limit, position }: PageRequest,
  read: ReadStretch<Item>,
  idOf: (item: Item) => Id,
): Promise<Page<Item>> {
  const start = position?.gap ?? LOWEST_ID;
  const found = await read({
    ...range,
    from: higher(range.from, start),
    newestFirst: false,
    limit: limit + 1,
  });
  const items = found.slice(0, limit);
  const hasMore = found.length > limit;
  const last = items.at(-1);
  const end: Position = { toward: 'newer', gap: last === undefined ? start : successor(idOf(last)) };
  return { items, hasMore, ...(hasMore && { next: end }), prev: end };
}

const lower = (a: Id, b: Id): Id => (a < b ? a : b);
const higher = (a: Id, b: Id): Id => (a > b ? a : b);
