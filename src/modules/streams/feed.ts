import { HIGHEST_ID, type Id } from '../../shared/ids.js';
import { type Position, type ReadStretch, readPage, type Visibility } from '../../shared/page.js';
import type { ServerSentEvent } from './event-stream.js';

const MOST_AT_ONCE = 100;

/** Something that a stream tells of. */
export interface Told {
  readonly id: Id;
  /** JSON. Absent: it is not shown any more. */
  readonly data?: string;
}

/** Things that became visible, from the oldest up. */
export interface News<Item> {
  readonly items: readonly Item[];
  /** There is more after them. */
  readonly hasMore: boolean;
  /** See `PageRequest`. */
  readonly settledBefore: Id;
}

/** A list that a stream tells of. */
export interface Feed {
  readonly name: string;
  readonly event: ServerSentEvent['event'];
  /** Behind all that is there now. */
  end(): Promise<Position>;
  /** What comes after a place, at most 100. */
  after(place: Position): Promise<News<Told>>;
  /** Ids of what comes after a place, from the oldest up, at most `limit`. */
  idsAfter(place: Position, limit: number): Promise<Id[]>;
}

export interface FeedParts<Item extends { readonly id: Id }> {
  readonly name: string;
  readonly event: ServerSentEvent['event'];
  readonly visibility: Visibility;
  readonly read: ReadStretch<Item>;
  /** What is told of them, as JSON will have it. */
  readonly views: (items: readonly Item[]) => Promise<readonly { readonly id: Id }[]>;
}

export function feedOf<Item extends { readonly id: Id }>(parts: FeedParts<Item>): Feed {
  const { name, event, read, views } = parts;
  return {
    name,
    event,
    end: async () => {
      const newest = { limit: MOST_AT_ONCE, settledBefore: parts.visibility.settledBefore() };
      return (await readPage('newest-first', newest, read, ({ id }) => id)).prev;
    },
    after: async (position) => {
      const settledBefore = parts.visibility.settledBefore();
      const request = { limit: MOST_AT_ONCE, position, settledBefore };
      const { items, hasMore } = await readPage('oldest-first', request, read, ({ id }) => id);
      const shown = items.length > 0 ? await views(items) : [];
      const told = new Map(shown.map((view) => [view.id, toTold(view)]));
      return { items: items.map(({ id }) => told.get(id) ?? { id }), hasMore, settledBefore };
    },
    idsAfter: async ({ gap, seen = [] }, limit) => {
      const stretch = { from: gap, before: HIGHEST_ID, newestFirst: false, limit: limit + seen.length };
      const ids = (await read(stretch)).map(({ id }) => id);
      return ids.filter((id) => !seen.includes(id)).slice(0, limit);
    },
  };
}

export function toTold(view: { readonly id: Id }): Told {
  return { id: view.id, data: JSON.stringify(view) };
}
