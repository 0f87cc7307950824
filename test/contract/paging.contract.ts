import fc from 'fast-check';
import type { Id } from '../../src/shared/ids.js';
import {
  type Order,
  type Page,
  type Position,
  readPage,
  type Stretch,
  type Visibility,
} from '../../src/shared/page.js';
import { everything, type OpenAdapters, Stores } from '../support/stores.js';

interface List {
  readonly order: Order;
  readonly read: (stretch: Stretch) => Promise<Id[]>;
  /** What of it may still become visible. */
  readonly visibility: Visibility;
  /** Adds an item to the list. */
  readonly add: () => Promise<Id>;
}

/** What happens between two reads of a walk: the size of the next page, and how many items come in the meantime. */
const steps = fc.array(
  fc.record({ limit: fc.integer({ min: 1, max: 7 }), added: fc.integer({ min: 0, max: 3 }) }),
  {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  },
);
const beginning = fc.integer({ min: 0, max: 25 });
/** Whether the clock goes on after each item: mostly not, so that many have one timestamp. */
const ticks = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });

/** What paging promises on every list of every adapter, while writers are running. */
export function pagingContract(open: OpenAdapters, numRuns = 25): void {
  const lists: [name: string, make: (stores: Stores) => Promise<List>][] = [
    ['the timeline of all', async (stores) => timeline(stores, (stretch) => stores.timelines.all(stretch))],
    [
      'the timeline of people followed',
      async (stores) => {
        const reader = await stores.user('reader');
        const list = await timeline(stores, (stretch) => stores.timelines.following(reader, stretch));
        await stores.follow(reader, (await stores.users.getByUsername('author')).id);
        return list;
      },
    ],
    [
      'the replies to a post',
      async (stores) => {
        const author = await stores.user('author');
        const post = await stores.post(author);
        return {
          order: 'oldest-first',
          visibility: stores.visibility,
          read: (stretch) => stores.posts.repliesTo(post.id, stretch),
          add: async () => (await stores.reply(post, author)).id,
        };
      },
    ],
    [
      'notifications',
      async (stores) => {
        const reader = await stores.user('reader');
        let added = 0;
        const ids = async (stretch: Stretch): Promise<Id[]> =>
          (await stores.notifications.list(reader, [], stretch)).map(({ id }) => id);
        return {
          order: 'newest-first',
          visibility: stores.visibility,
          read: ids,
          add: async () => {
            const once = `${(added += 1)}`;
            await stores.notifications.add([{ type: 'mention', recipientId: reader, actorId: reader, once }]);
            const [newest] = await stores.notifications.list(reader, [], everything({ limit: 1 }));
            return newest?.id ?? '';
          },
        };
      },
    ],
  ];

  describe.each(lists)('%s', (_, make) => {
    const walkable = async (
      count: number,
      tick: readonly boolean[],
      walk: (list: List, atStart: readonly Id[], add: (count: number) => Promise<Id[]>) => Promise<void>,
    ): Promise<void> => {
      const stores = await Stores.open(open);
      try {
        const list = await make(stores);
        let made = 0;
        const add = async (more: number): Promise<Id[]> => {
          const ids: Id[] = [];
          for (let n = 0; n < more; n += 1) {
            if (tick[(made += 1) % tick.length]) stores.clock.advance(1);
            ids.push(await list.add());
          }
          return ids;
        };
        await walk(list, await add(count), add);
      } finally {
        await stores.close();
      }
    };

    it('next shows everything that was there at the start exactly once, whatever comes in the meantime', async () => {
      await fc.assert(
        fc.asyncProperty(beginning, ticks, steps, (count, tick, plan) =>
          walkable(count, tick, async (list, atStart, add) => {
            const seen: Id[] = [];
            const newer: Id[] = [];
            let page: Page<Id> | undefined;
            for (let n = 0; !page || page.next; n += 1) {
              const { limit, added } = plan[n % plan.length] ?? { limit: 1, added: 0 };
              page = await next(list, limit, page?.next);
              expect(page.hasMore).toBe(page.next !== undefined);
              expect(page.items.length).toBe(page.hasMore ? limit : Math.min(page.items.length, limit));
              seen.push(...page.items);
              // An oldest-first list shows what is added too: it would never end.
              if (list.order === 'newest-first' || n < 5) newer.push(...(await add(added)));
            }
            expect(new Set(seen).size).toBe(seen.length);
            expect(seen).toEqual(inOrder(list.order, seen));
            expect(seen.filter((id) => !newer.includes(id)).toSorted()).toEqual(atStart.toSorted());
            if (list.order === 'newest-first') expect(seen).toHaveLength(atStart.length);
          }),
        ),
        { numRuns },
      );
    });

    it('prev shows everything newer than a page exactly once, from an empty page too', async () => {
      await fc.assert(
        fc.asyncProperty(beginning, ticks, steps, (count, tick, plan) =>
          walkable(count, tick, async (list, atStart, add) => {
            const first = await next(list, 5, undefined);
            const added: Id[] = [];
            const polled: Id[] = [];
            let { prev } = first;
            for (const { limit, added: more } of plan) {
              added.push(...(await add(more)));
              const page = await next(list, limit, prev);
              expect(page.items).toEqual(inOrder(list.order, page.items));
              expect(page.items.length).toBeLessThanOrEqual(limit);
              polled.push(...page.items.toSorted());
              ({ prev } = page);
            }
            for (
              let page = await next(list, 100, prev);
              page.items.length > 0;
              page = await next(list, 100, page.prev)
            ) {
              polled.push(...page.items.toSorted());
            }
            const below = list.order === 'oldest-first' ? atStart.slice(first.items.length) : [];
            expect(polled).toEqual([...below, ...added]);
          }),
        ),
        { numRuns },
      );
    });

    it('next of a page reached by prev goes on right below it', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6 }), (count, limit) =>
          walkable(count, [false], async (list, atStart, add) => {
            if (list.order === 'oldest-first') return;
            const first = await next(list, 100, undefined);
            const added = await add(limit + 2);
            const newer = await next(list, limit, first.prev);
            expect(newer.items).toEqual(added.slice(0, limit).toReversed());
            expect((await next(list, 100, newer.next)).items).toEqual(atStart.toReversed());
            const rest = await next(list, 100, newer.prev);
            const none = await next(list, 100, rest.prev);
            expect(none.items).toEqual([]);
            expect((await next(list, 100, none.next)).items).toEqual([...atStart, ...added].toReversed());
          }),
        ),
        { numRuns: Math.min(numRuns, 10) },
      );
    });
  });
}

function next(list: List, limit: number, position: Position | undefined): Promise<Page<Id>> {
  const settledBefore = list.visibility.settledBefore();
  return readPage(list.order, { limit, settledBefore, ...(position && { position }) }, list.read, (id) => id);
}

function inOrder(order: Order, ids: readonly Id[]): Id[] {
  return order === 'newest-first' ? ids.toSorted().toReversed() : ids.toSorted();
}

async function timeline(stores: Stores, read: List['read']): Promise<List> {
  const author = await stores.user('author');
  return {
    order: 'newest-first',
    visibility: stores.visibility,
    read,
    add: async () => (await stores.post(author)).id,
  };
}
