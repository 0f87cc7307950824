import { isId, lowestIdAt, successor, timeOf } from './ids.js';
import { readPage, type Stretch } from './page.js';

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
