import { setTimeout as sleep } from 'node:timers/promises';
import {
  describeWith,
  type RedisProcess,
  startRedis,
  startRedisCluster,
} from '../../../test/support/engines.js';
import { connectRedis } from '../../../test/support/redis.js';
import { ServiceUnavailable, ValidationFailed } from '../../shared/errors.js';
import type { RedisConnection } from './redis-connection.js';
import { TwoLevelCache } from './two-level-cache.js';

/** A database of things with a value each, and a gate before what it answers. */
class Database {
  readonly rows = new Map<string, number>();
  reads = 0;
  gate: Promise<unknown> = Promise.resolve();

  readonly load = async (ids: readonly string[]): Promise<Map<string, number>> => {
    this.reads += 1;
    const found = ids.flatMap((id) => {
      const row = this.rows.get(id);
      return row === undefined ? [] : [[id, row] as const];
    });
    await this.gate;
    return new Map(found);
  };

  /** Holds back the answers of loads that begin now; the function lets them go. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers();
    this.gate = promise;
    return () => {
      this.gate = Promise.resolve();
      resolve(undefined);
    };
  }
}

const TIMEOUT = 200;
const IDS = ['a', 'b', 'c', 'd'];

describeWith('redis-server', 'the cache on two levels', () => {
  let redis: RedisProcess;
  let connections: RedisConnection[];
  let database: Database;
  let one: TwoLevelCache;
  let other: TwoLevelCache;

  beforeEach(async () => {
    redis = await startRedis();
    connections = [await connectRedis([redis.url], TIMEOUT), await connectRedis([redis.url], TIMEOUT)];
    one = new TwoLevelCache(connections[0]!);
    other = new TwoLevelCache(connections[1]!);
    database = new Database();
    for (const id of IDS) database.rows.set(id, 0);
  });
  afterEach(async () => {
    for (const cache of [one, other]) cache.close();
    for (const connection of connections) connection.close();
    redis.thaw();
    await redis.stop();
  });

  const read = async (cache: TwoLevelCache, ids = IDS): Promise<Map<string, number>> =>
    cache.read('thing', ids, database.load);
  const write = (cache: TwoLevelCache, id: string, value: number): Promise<void> =>
    cache.changing([cache.key('thing', id)], async () => {
      database.rows.set(id, value);
    });
  const admin = (...command: string[]): Promise<unknown> =>
    connections[1]!.run((send) => send('x', ...command));
  /** Until reads cost nothing again. */
  const warm = async (cache: TwoLevelCache): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      if (attempt === 100) throw new Error('it is never warm');
      const before = database.reads;
      expect(await read(cache)).toEqual(database.rows);
      if (database.reads === before) return;
      await sleep(50);
    }
  };

  it('answers from both levels, and drops what was changed on both', async () => {
    const readAll = async (): Promise<void> => {
      for (const cache of [one, other, one, other, one]) {
        expect(await read(cache)).toEqual(database.rows);
        // Nobody waits for what is filled in.
        await sleep(10);
      }
    };
    await readAll();
    expect(database.reads).toBe(1);
    await write(other, 'a', 1);
    await readAll();
    expect(database.reads).toBe(2);
    expect(await read(one, ['a', 'unknown', 'a'])).toEqual(new Map([['a', 1]]));
    expect(await read(one, [])).toEqual(new Map());
  });

  describe('a load that began before a change', () => {
    it.each(['the same process', 'another process'])(
      'leaves nothing old, when %s changes it',
      async (who) => {
        const release = database.hold();
        const late = read(one);
        await sleep(50);
        await write(who === 'the same process' ? one : other, 'a', 7);
        const after = [read(one), read(other)];
        release();
        expect((await late).get('a')).toBe(0);
        // Whoever came after the change did not join the load before it.
        for (const answer of after) expect((await answer).get('a')).toBe(7);
        for (const cache of [one, other, one, other]) expect((await read(cache)).get('a')).toBe(7);
      },
    );

    it('leaves nothing old, though Redis lost every trace of the change, and however late it is', async () => {
      const release = database.hold();
      const late = read(one);
      await sleep(50);
      await write(other, 'a', 7);
      await admin('FLUSHALL');
      release();
      await late;
      for (const cache of [one, other, one, other]) expect((await read(cache)).get('a')).toBe(7);
    });

    it('is awaited by others where nothing changed, and the rest is loaded in one command', async () => {
      const release = database.hold();
      const first = read(one, ['a', 'b']);
      await sleep(50);
      const joined = [read(one, ['a', 'b']), read(one, ['b', 'c', 'd'])];
      await sleep(50);
      expect(database.reads).toBe(2);
      release();
      expect(await joined[1]).toEqual(new Map(['b', 'c', 'd'].map((id) => [id, 0])));
      expect(await joined[0]).toEqual(await first);
    });

    it('that fails, fails for all who await it, and for nobody later', async () => {
      const { load } = database;
      const gate = Promise.withResolvers<never>();
      const failing = (): Promise<never> => gate.promise;
      const all = [1, 2, 3].map(() => one.read('thing', IDS, failing));
      await sleep(50);
      gate.reject(new Error('away'));
      for (const result of await Promise.allSettled(all)) expect(result.status).toBe('rejected');
      expect(await one.read('thing', IDS, load)).toEqual(database.rows);
    });
  });

  it.each([
    ['lost its connection', new Error('away')],
    ['ran out of time', new ServiceUnavailable(1)],
  ])('a write that %s is taken as a change, then and later', async (_, error) => {
    await warm(one);
    const failing = one.changing([one.key('thing', 'a')], async () => {
      database.rows.set('a', 1);
      throw error;
    });
    await expect(failing).rejects.toThrow(error);
    expect(await read(one)).toEqual(database.rows);
    database.rows.set('a', 2);
    await sleep(2_600);
    expect(await read(one)).toEqual(database.rows);
  });

  it('a write that was refused changed nothing, and costs nothing', async () => {
    await warm(one);
    const refused = one.changing([one.key('thing', 'a')], async () => {
      throw new ValidationFailed([]);
    });
    await expect(refused).rejects.toThrow(ValidationFailed);
    const before = database.reads;
    expect(await read(one)).toEqual(database.rows);
    expect(database.reads).toBe(before);
  });

  describe('is right, and answers in time,', () => {
    /** Writes by one and reads by the other, while `harm` is done in the middle. */
    const loop = async (rounds: number, harm: (round: number) => Promise<void> | void): Promise<number> => {
      let longest = 0;
      for (let round = 0; round < rounds; round += 1) {
        await harm(round);
        const [writer, reader] = round % 3 === 0 ? [other, one] : [one, other];
        const begin = performance.now();
        await write(writer, IDS[round % IDS.length]!, round);
        expect(await read(reader)).toEqual(database.rows);
        expect(await read(writer)).toEqual(database.rows);
        longest = Math.max(longest, performance.now() - begin);
      }
      return longest;
    };

    it('while Redis is emptied, and connections are lost', async () => {
      const harms = [
        ['FLUSHALL'],
        ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'],
        ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no'],
        ['SCRIPT', 'FLUSH'],
      ];
      await loop(400, async (round) => {
        if (round % 50 === 25)
          await admin(...harms[((round / 25 - 1) / 2) % harms.length]!).catch(() => undefined);
        if (round % 5 === 0) await sleep(5);
      });
      await warm(one);
      await warm(other);
    });

    it('while Redis is frozen, and after', async () => {
      await warm(one);
      await warm(other);
      for (const ms of [100, 1_000]) {
        let thaws: Promise<void> | undefined;
        const longest = await loop(120, (round) => {
          if (round !== 30) return round > 30 ? sleep(ms / 30) : undefined;
          redis.freeze();
          thaws = sleep(ms).then(() => redis.thaw());
          return undefined;
        });
        await thaws;
        // A write and two reads, each of which may have to find out by itself.
        expect(longest).toBeLessThan(5 * TIMEOUT + 300);
        await warm(one);
        await warm(other);
      }
    });

    it('while Redis is stopped, and after it came back', async () => {
      const port = Number(new URL(redis.url).port);
      const longest = await loop(120, async (round) => {
        if (round === 30) await redis.stop();
        if (round === 60) redis = await startRedis({ port });
        if (round > 30) await sleep(20);
      });
      expect(longest).toBeLessThan(5 * TIMEOUT + 300);
      await warm(one);
      await warm(other);
    });

    it.each([250, 1_300])(
      'in a process that asked nothing while Redis was frozen for %d ms and another wrote',
      async (ms) => {
        const ids = Array.from({ length: 400 }, (_, n) => `t${n}`);
        for (const id of ids) database.rows.set(id, 0);
        for (const cache of [one, other, one, other]) {
          await read(cache, ids);
          await sleep(20);
        }
        redis.freeze();
        let frozen = true;
        const thaws = sleep(ms).then(() => {
          redis.thaw();
          frozen = false;
        });
        for (let round = 0; frozen; round = (round + 1) % 100) {
          await Promise.all(ids.slice(4 * round, 4 * round + 4).map((id) => write(one, id, 1)));
          await sleep(5);
        }
        await thaws;
        const expected = new Map(ids.map((id) => [id, database.rows.get(id)]));
        const until = performance.now() + 1_500;
        while (performance.now() < until) {
          expect(await read(other, ids)).toEqual(expected);
          await sleep(1);
        }
      },
    );

    it('when more was changed than one can remember while it was frozen', async () => {
      await warm(one);
      await warm(other);
      redis.freeze();
      for (const id of IDS) await write(one, id, 5);
      await one.changing(
        Array.from({ length: 11_000 }, (_, n) => one.key('thing', `x${n}`)),
        async () => undefined,
      );
      redis.thaw();
      for (const cache of [one, other]) expect(await read(cache)).toEqual(database.rows);
      await warm(one);
      await warm(other);
      expect(await admin('EXISTS', one.key('cache', 'x').replace('cache:x', 'cache-generation'))).toBe(1);
    });
  });
});

describeWith('redis-server', 'the cache on a Redis Cluster', () => {
  it('is right at once, and costs no command when warm', async () => {
    const cluster = await startRedisCluster();
    const connections = [await connectRedis(cluster.urls), await connectRedis(cluster.urls)];
    const [one, other] = connections.map((connection) => new TwoLevelCache(connection));
    if (!one || !other) throw new Error('two are made');
    try {
      const database = new Database();
      const ids = Array.from({ length: 30 }, (_, n) => `c${n}`);
      for (const id of ids) database.rows.set(id, 0);
      const read = (cache: TwoLevelCache): Promise<Map<string, number>> =>
        cache.read('thing', ids, database.load);
      for (let round = 1; round <= 200; round += 1) {
        const [writer, reader] = round % 3 === 0 ? [other, one] : [one, other];
        const changed = ids.slice(round % 20, (round % 20) + 3);
        await writer.changing(
          changed.map((id) => writer.key('thing', id)),
          async () => {
            for (const id of changed) database.rows.set(id, round);
          },
        );
        const late = [read(reader), read(writer)];
        for (const answer of late) expect(await answer).toEqual(database.rows);
      }
      await sleep(50);
      database.reads = 0;
      for (const cache of [one, other]) expect(await read(cache)).toEqual(database.rows);
      expect(database.reads).toBe(0);
    } finally {
      for (const cache of [one, other]) cache.close();
      for (const connection of connections) connection.close();
      await cluster.stop();
    }
  });
});
