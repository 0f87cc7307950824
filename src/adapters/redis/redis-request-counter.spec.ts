import { Logger } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, type RedisProcess, startRedis } from '../../../test/support/engines.js';
import { SetClock } from '../../../test/support/http-app.js';
import { connectRedis } from '../../../test/support/redis.js';
import { CountedThrottlerStorage } from '../../http/throttling/counted-throttler-storage.js';
import { MINUTE, SECOND } from '../../shared/clock.js';
import type { RequestCounter } from '../../shared/request-counter.js';
import { MemoryRequestCounter } from '../system/memory-request-counter.js';
import { SystemClock } from '../system/system-clock.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisRequestCounter } from './redis-request-counter.js';

type Hit = Awaited<ReturnType<ThrottlerStorage['increment']>>;

const TIMEOUT = 300;

const counting = (connection: RedisConnection, fallback: RequestCounter): ThrottlerStorage =>
  new CountedThrottlerStorage(new RedisRequestCounter(connection, fallback));

const hit = (storage: ThrottlerStorage, key: string, ttl = MINUTE, limit = 3): Promise<Hit> =>
  storage.increment(key, ttl, limit, ttl, 'default');

const NOT_CALLED: RequestCounter = {
  hit: () => Promise.reject(new Error('It was counted in memory.')),
};

describeWith('redis-server', 'counting hits in Redis', () => {
  let redis: RedisProcess;
  const connections: RedisConnection[] = [];
  const connect = async (): Promise<RedisConnection> => {
    const connection = await connectRedis([redis.url], TIMEOUT);
    connections.push(connection);
    return connection;
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    redis = await startRedis();
  });
  beforeEach(() => redis.flushAll());
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  afterAll(() => redis.stop());

  it('counts exactly what comes at once over two connections', async () => {
    const storages = [await connect(), await connect()].map((connection) => counting(connection, NOT_CALLED));
    const hits = await Promise.all(
      Array.from({ length: 200 }, (_, index) => hit(storages[index % 2]!, 'a', MINUTE, 50)),
    );
    expect(hits.map(({ totalHits }) => totalHits).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
    expect(hits.filter(({ isBlocked }) => isBlocked)).toHaveLength(150);
    expect(await hit(storages[0]!, 'b')).toMatchObject({ totalHits: 1 });
  });

  it('begins a new window when one is over', async () => {
    const storage = counting(await connect(), NOT_CALLED);
    const started = performance.now();
    const WINDOW = 300;
    let now: Hit = await hit(storage, 'a', WINDOW, 1);
    expect(now).toEqual({ totalHits: 1, timeToExpire: 1, isBlocked: false, timeToBlockExpire: 0 });
    for (let hits = 2; hits < 2_000; hits++) {
      now = await hit(storage, 'a', WINDOW, 1);
      if (now.totalHits === 1) break;
      expect(now).toEqual({ totalHits: hits, timeToExpire: 1, isBlocked: true, timeToBlockExpire: 1 });
      await sleep(1);
    }
    expect(now).toEqual({ totalHits: 1, timeToExpire: 1, isBlocked: false, timeToBlockExpire: 0 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(WINDOW - 1);
    expect(performance.now() - started).toBeLessThan(WINDOW + 200);
  });

  it('keeps one short key for each tracker, whatever strangers put into it, and no longer than its window', async () => {
    const storage = counting(await connect(), NOT_CALLED);
    for (const key of ['', 'ä{}\r\n * \0', 'x'.repeat(100_000)]) await hit(storage, key);
    const keys = (await redis.command('KEYS', '*')).split('\n');
    expect(keys).toHaveLength(3);
    for (const key of keys) {
      expect(key).toMatch(/^posterr:hits:[\w-]{43}$/);
      expect(Number(await redis.command('PTTL', key))).toBeGreaterThan(MINUTE - 5_000);
    }
  });

  it('answers as the counting in memory does, whatever comes in whatever order', async () => {
    const storage = counting(await connect(), NOT_CALLED);
    // As if time had passed in Redis. Real time passes too, a few ms: nothing here is as close to the end of a second.
    const pass = async (ms: number): Promise<void> => {
      for (const key of (await redis.command('KEYS', '*')).split('\n').filter(Boolean)) {
        await redis.command('HINCRBY', key, 'endsAt', String(-ms));
      }
    };
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ key: fc.constantFrom('a', 'b', 'c') }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 8 }).map((n) => n * 500) }) },
    );
    const limits = fc.record({ ttl: fc.integer({ min: 1, max: 4 }), limit: fc.integer({ min: 0, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(limits, fc.array(step, { maxLength: 25 }), async ({ ttl, limit }, steps) => {
        await redis.flushAll();
        const clock = new SetClock();
        const memory = new CountedThrottlerStorage(new MemoryRequestCounter(clock));
        for (const now of steps) {
          if ('pass' in now) {
            clock.time += now.pass;
            await pass(now.pass);
          } else {
            const expected = await hit(memory, now.key, ttl * SECOND, limit);
            expect(await hit(storage, now.key, ttl * SECOND, limit)).toEqual(expected);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('counts in memory while Redis is silent, soon without waiting for it, and then in Redis again by itself', async () => {
    const storage = counting(await connect(), new MemoryRequestCounter(new SystemClock()));
    for (let hits = 1; hits <= 5; hits++) await hit(storage, 'a');
    redis.freeze();
    try {
      for (let hits = 1; hits <= 3; hits++) {
        const asked = performance.now();
        expect(await hit(storage, 'a')).toMatchObject({ totalHits: hits });
        expect(performance.now() - asked).toBeLessThan(TIMEOUT + 200);
      }
      const asked = performance.now();
      for (let hits = 4; hits <= 1_000; hits++) {
        expect(await hit(storage, 'a')).toMatchObject({ totalHits: hits, isBlocked: true });
      }
      expect(performance.now() - asked).toBeLessThan(400);
    } finally {
      redis.thaw();
    }
    const thawed = performance.now();
    let now = await hit(storage, 'a');
    while (now.totalHits > 1_000 && performance.now() - thawed < 5_000) {
      await sleep(20);
      now = await hit(storage, 'a');
    }
    expect(performance.now() - thawed).toBeLessThan(2_000);
    // Those five, what Redis got and was late with, and this one.
    expect(now.totalHits).toBeGreaterThan(5);
    expect(now.totalHits).toBeLessThan(15);
  });

  it('is not told of the hits that it counts', async () => {
    const connection = await connect();
    const told: (string | null)[] = [];
    connection.on('invalidated', (key) => told.push(key));
    const storages = [connection, await connect()].map((each) => counting(each, NOT_CALLED));
    for (let hits = 0; hits < 10; hits++) await hit(storages[hits % 2]!, 'a');
    await connection.check();
    expect(told).toEqual([]);
  });

  it('goes on when Redis has forgotten the script', async () => {
    const storage = counting(await connect(), NOT_CALLED);
    await hit(storage, 'a');
    await redis.command('SCRIPT', 'FLUSH');
    expect(await hit(storage, 'a')).toMatchObject({ totalHits: 2 });
  });

  it('counts in memory while Redis is away, and in Redis when it was started again', async () => {
    const storage = counting(await connect(), new MemoryRequestCounter(new SystemClock()));
    for (let hits = 1; hits <= 5; hits++) await hit(storage, 'a');
    await redis.kill();
    for (let hits = 1; hits <= 10; hits++) expect(await hit(storage, 'a')).toMatchObject({ totalHits: hits });
    await redis.restart();
    const restarted = performance.now();
    let now = await hit(storage, 'a');
    while (now.totalHits > 1 && performance.now() - restarted < 5_000) {
      await sleep(20);
      now = await hit(storage, 'a');
    }
    expect(now).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    expect(performance.now() - restarted).toBeLessThan(2_000);
  });
});
