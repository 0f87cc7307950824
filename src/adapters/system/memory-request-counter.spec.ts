import { SetClock } from '../../../test/support/http-app.js';
import { MINUTE, SECOND } from '../../shared/clock.js';
import { CountedThrottlerStorage } from '../../http/throttling/counted-throttler-storage.js';
import { MemoryRequestCounter } from './memory-request-counter.js';

const hit = (counter: MemoryRequestCounter, key: string): ReturnType<CountedThrottlerStorage['increment']> =>
  new CountedThrottlerStorage(counter).increment(key, MINUTE, 3);

it('blocks what comes after the limit until the window is over, and only that', async () => {
  const clock = new SetClock();
  const counter = new MemoryRequestCounter(clock);
  for (let hits = 1; hits <= 3; hits++) {
    expect(await hit(counter, 'a')).toEqual({
      totalHits: hits,
      timeToExpire: 60,
      isBlocked: false,
      timeToBlockExpire: 0,
    });
  }
  clock.time += 1;
  expect(await hit(counter, 'a')).toEqual({
    totalHits: 4,
    timeToExpire: 60,
    isBlocked: true,
    timeToBlockExpire: 60,
  });
  clock.time += MINUTE - 2;
  expect(await hit(counter, 'a')).toEqual({
    totalHits: 5,
    timeToExpire: 1,
    isBlocked: true,
    timeToBlockExpire: 1,
  });
  expect(await hit(counter, 'b')).toMatchObject({ totalHits: 1 });
  clock.time += 1;
  expect(await hit(counter, 'a')).toEqual({
    totalHits: 1,
    timeToExpire: 60,
    isBlocked: false,
    timeToBlockExpire: 0,
  });
});

it('never forgets a window that is running, whenever others begin', async () => {
  const clock = new SetClock();
  const counter = new MemoryRequestCounter(clock);
  const windows = new Map<string, { endsAt: number; hits: number }>();
  let state = 7;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let step = 0; step < 5_000; step++) {
    clock.time += random(3 * SECOND);
    const key = `key-${random(40)}`;
    const running = windows.get(key);
    const expected =
      running && clock.time < running.endsAt ? running : { endsAt: clock.time + MINUTE, hits: 0 };
    expected.hits += 1;
    windows.set(key, expected);
    expect((await hit(counter, key)).totalHits).toBe(expected.hits);
  }
});

it('keeps no more than the windows of two generations', async () => {
  const clock = new SetClock();
  const counter = new MemoryRequestCounter(clock);
  for (let seconds = 0; seconds < 1_000; seconds++) {
    for (let visitor = 0; visitor < 10; visitor++) await hit(counter, `${seconds}-${visitor}`);
    clock.time += SECOND;
    expect(counter.size).toBeLessThanOrEqual(2 * 10 * 61);
  }
});

it('is bounded when a flood of new keys comes at once', async () => {
  const counter = new MemoryRequestCounter(new SetClock(), 100);
  for (let key = 0; key < 1_000; key++) await hit(counter, `${key}`);
  expect(counter.size).toBeLessThanOrEqual(200);
  expect(await hit(counter, '999')).toMatchObject({ totalHits: 2 });
});
