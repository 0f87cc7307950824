import { HandClock } from '../../../test/support/stores.js';
import { isId, timeOf } from '../../shared/ids.js';
import { UuidV7Ids } from './uuid-v7-ids.js';

describe('UuidV7Ids', () => {
  it('makes UUIDs of version 7 of the present millisecond', () => {
    const clock = new HandClock();
    const id = new UuidV7Ids(clock).next();
    expect(isId(id)).toBe(true);
    expect(id).toMatch(/^.{8}-.{4}-7.{3}-[89ab].{3}-.{12}$/);
    expect(timeOf(id)).toBe(clock.now());
  });

  it('grows strictly while the clock stands, goes on, or steps back', () => {
    const clock = new HandClock();
    const ids = new UuidV7Ids(clock);
    const made: string[] = [];
    for (let n = 0; n < 20_000; n += 1) {
      if (n % 7_000 === 0) clock.advance(1);
      if (n === 15_000) clock.advance(-60_000);
      made.push(ids.next());
    }
    expect(made).toEqual([...new Set(made)].toSorted());
    expect(timeOf(made.at(-1) ?? '') - clock.now()).toBeLessThan(60_000 + 20);
  });

  it('is greater than any id told, of the future too', () => {
    const clock = new HandClock();
    const ids = new UuidV7Ids(clock);
    const other = new UuidV7Ids(clock);
    for (let n = 0; n < 10_000; n += 1) {
      const told = other.next();
      expect(ids.next(told) > told).toBe(true);
    }
    clock.advance(3_600_000);
    const ahead = other.next();
    clock.advance(-3_600_000);
    expect(ids.next(ahead) > ahead).toBe(true);
    expect(timeOf(ids.next(ahead)) - timeOf(ahead)).toBeLessThanOrEqual(1);
  });
});
