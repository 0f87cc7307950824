import fc from 'fast-check';
import { isId, lowestIdAt, successor, timeOf } from './ids.js';
import { MOST_SEEN, type Page, type Position, readPage, type Stretch } from './page.js';

const id = (n: number): string => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;
const list = [1, 2, 3, 4, 5].map(id);
const read = ({ from, before, newestFirst, limit }: Stretch): Promise<string[]> => {
  const within = list.filter((item) => item >= from && item < before);
  return Promise.resolve((newestFirst ? within.toReversed() : within).slice(0, limit));
};

describe('readPage', () => {
  it('costs one read going down, and two going up a newest-first list', async () => {
    let reads = 0;
    const counted = (stretch: Stretch): Promise<string[]> => {
      reads += 1;
      return read(stretch);
    };
    const page = await readPage('newest-first', { limit: 2 }, counted, (item) => item);
    expect([reads, page.items]).toEqual([1, [id(5), id(4)]]);
    await readPage('newest-first', { limit: 2, position: page.prev }, counted, (item) => item);
    expect(reads).toBe(3);
  });

  it('stays within since and until', async () => {
    const request = { limit: 10, since: 1, until: 2 };
    const made: Stretch[] = [];
    await readPage(
      'newest-first',
      request,
      (stretch) => (made.push(stretch), read(stretch)),
      (item) => item,
    );
    expect(made).toEqual([{ from: lowestIdAt(1), before: lowestIdAt(2), newestFirst: true, limit: 11 }]);
  });
});

describe('ids', () => {
  it('tell their time', () => {
    const ms = Date.parse('2026-03-25T12:00:00.123Z');
    expect(timeOf(lowestIdAt(ms))).toBe(ms);
    expect(isId(lowestIdAt(ms))).toBe(true);
    expect(isId(lowestIdAt(ms).toUpperCase())).toBe(false);
    expect(lowestIdAt(-5)).toBe(lowestIdAt(0));
  });

  it('have successors up to the highest', () => {
    expect(successor('00000000-0000-0000-ffff-ffffffffffff')).toBe('00000000-0000-0001-0000-000000000000');
    expect(successor('ffffffff-ffff-ffff-ffff-ffffffffffff')).toBe('ffffffff-ffff-ffff-ffff-ffffffffffff');
  });
});

describe('what becomes visible late', () => {
  /** Longest time between an item's id and its becoming visible, in ms. */
  const LATEST = 20;
  const items = fc.array(fc.record({ madeAt: fc.nat(200), late: fc.nat(LATEST - 1), tie: fc.nat(3) }), {
    minLength: 1,
    maxLength: 80,
    size: 'max',
  });
  const reads = fc.array(fc.record({ wait: fc.nat(30), limit: fc.integer({ min: 1, max: 6 }) }), {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  });
  const START = 1_000;
  const made = ({ madeAt, tie }: { madeAt: number; tie: number }, n: number): string =>
    lowestIdAt(START + madeAt).replace(/.{12}$/, `${tie}${String(n).padStart(11, '0')}`);

  it.each(['newest-first', 'oldest-first'] as const)('is shown once by polling a %s list', async (order) => {
    await fc.assert(
      fc.asyncProperty(items, fc.nat(220), reads, async (plan, beginning, steps) => {
        const all = plan.map((one, n) => ({ id: made(one, n), visibleAt: START + one.madeAt + one.late }));
        let now = START + beginning;
        const readAt = (stretch: Stretch): Promise<string[]> => {
          const ids = all.filter(({ visibleAt }) => visibleAt <= now).map(({ id }) => id);
          const within = ids.filter((one) => one >= stretch.from && one < stretch.before).toSorted();
          return Promise.resolve(
            (stretch.newestFirst ? within.toReversed() : within).slice(0, stretch.limit),
          );
        };
        const page = (limit: number, position?: Position): Promise<Page<string>> => {
          const settledBefore = lowestIdAt(now - LATEST);
          return readPage(
            order,
            { limit, settledBefore, ...(position && { position }) },
            readAt,
            (one) => one,
          );
        };
        const first = await page(steps[0]?.limit ?? 1);
        const atStart = now;
        const shown = [...first.items];
        let { prev } = first;
        const later = Array.from({ length: 100 }, () => ({ wait: 10, limit: 5 }));
        for (const { wait, limit } of [...steps, ...later]) {
          now += wait;
          const next = await page(limit, prev);
          expect(next.items.length).toBeLessThanOrEqual(limit);
          shown.push(...next.items);
          ({ prev } = next);
        }
        expect(new Set(shown).size).toBe(shown.length);
        // What is older than a page is for its `next`.
        const lowest = first.hasMore && order === 'newest-first' ? (first.items.at(-1) ?? '') : '';
        const expected = all.filter(
          ({ id, visibleAt }) =>
            id >= lowest && (order === 'oldest-first' || visibleAt > atStart || first.items.includes(id)),
        );
        expect(shown.toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
      }),
      { numRuns: 200 },
    );
  });

  it('bounds what a position holds, and goes on when time has passed', async () => {
    const all = Array.from({ length: 1_000 }, (_, n) => made({ madeAt: 0, tie: 0 }, n));
    const readAll = ({ from, before, limit }: Stretch): Promise<string[]> =>
      Promise.resolve(all.filter((one) => one >= from && one < before).slice(0, limit));
    const shown: string[] = [];
    let position: Position | undefined;
    for (let n = 0; n < 40; n += 1) {
      const settledBefore = lowestIdAt(n < 20 ? START - 5 : START + 5);
      const page: Page<string> = await readPage(
        'oldest-first',
        { limit: 100, settledBefore, ...(position && { position }) },
        readAll,
        (one) => one,
      );
      shown.push(...page.items);
      position = page.prev;
      expect(position.seen?.length ?? 0).toBeLessThanOrEqual(MOST_SEEN);
      if (n === 19) expect(shown).toHaveLength(MOST_SEEN);
    }
    expect(shown).toEqual(all);
  });
});
