import { setTimeout as sleep } from 'node:timers/promises';
import { timelineStoreContract } from '../../../test/contract/timeline-store.contract.js';
import {
  describeWith,
  type RedisCluster,
  type RedisProcess,
  startRedis,
  startRedisCluster,
} from '../../../test/support/engines.js';
import { HomeScene } from '../../../test/support/home-scene.js';
import { connectRedis } from '../../../test/support/redis.js';
import { everything, type OpenAdapters } from '../../../test/support/stores.js';
import { HIGHEST_ID, type Id, lowestIdAt } from '../../shared/ids.js';
import { openSqliteAdapters } from '../sqlite/sqlite-adapters.js';
import { HomeTimelineChanges } from './home-timeline-changes.js';
import { HomeTimelines, type ListOf, type Making } from './home-timelines.js';
import { type RedisConnection, RedisUnavailable } from './redis-connection.js';

const sqlite: OpenAdapters = async (ids, clock) => openSqliteAdapters('sqlite::memory:', ids, clock);
const TIMEOUT = 100;
const post = (n: number): Id => lowestIdAt(1_000 + n);
const reader = lowestIdAt(1);
const celebrity = lowestIdAt(2);
const home: ListOf = { kind: 'home', userId: reader };

describeWith('redis-server', 'home timelines, when something goes wrong', () => {
  let redis: RedisProcess;
  let connection: RedisConnection;
  beforeEach(async () => {
    redis = await startRedis({ args: ['--save', '3600 100000'] });
    connection = await connectRedis([redis.url], TIMEOUT);
  });
  afterEach(async () => {
    connection.close();
    await redis.stop();
  });

  describe('a list', () => {
    const SHUT_FOR = 150;
    let lists: HomeTimelines;
    beforeEach(async () => {
      lists = new HomeTimelines(connection, { length: 3, shutFor: SHUT_FOR });
      await lists.advance(1);
    });

    const read = async (): Promise<unknown> => {
      const [reading] = await lists.read([home], everything({ before: HIGHEST_ID }));
      return reading?.complete ? [...reading.ids] : reading?.state;
    };
    const begin = async (): Promise<Making> => {
      const [reading] = await lists.read([home], everything());
      const making = reading?.epoch && (await lists.begin(home, reading.epoch));
      if (!making) throw new Error('The list cannot be made now.');
      return making;
    };
    const push = async (n: number, more: object = {}): Promise<void> => {
      const { moment } = await lists.moment(celebrity);
      await lists.push('home', [reader], { id: post(n), moment, ...more });
    };

    it('is not made of what was read before it was removed', async () => {
      const late = await begin();
      await lists.shut([reader]);
      await sleep(SHUT_FOR + 20);
      const making = await begin();
      await lists.publish(home, late, [post(9)], []);
      expect(await read()).toBe('building');
      await lists.publish(home, making, [post(1)], []);
      await lists.publish(home, late, [post(9)], []);
      expect(await read()).toEqual([post(1)]);
    });

    it('keeps what was pushed while it was made, and who became a celebrity', async () => {
      const making = await begin();
      await push(2, { celebrity });
      await lists.publish(home, making, [post(1)], []);
      expect(await read()).toEqual([post(2), post(1)]);
      const [reading] = await lists.read([home], everything());
      expect(reading?.celebrities).toEqual([celebrity]);
    });

    it('knows that it is not whole when more was pushed while it was made than it holds', async () => {
      const making = await begin();
      await push(2);
      await lists.publish(home, making, [post(1), post(0)], []);
      expect(await read()).toEqual([post(2), post(1), post(0)]);
      await lists.shut([reader]);
      await sleep(SHUT_FOR + 20);
      const again = await begin();
      await push(3);
      await push(4);
      await lists.publish(home, again, [post(2), post(1)], []);
      expect(await read()).toBe('ready');
    });

    it('is missing when Redis evicted either of its keys', async () => {
      for (const part of ['', ':state']) {
        await lists.publish(home, await begin(), [post(1)], []);
        await redis.command('DEL', `posterr:home:{0}:${reader}${part}`);
        await push(2);
        expect(await read()).toBe('missing');
      }
    });

    it('stays away for a while when it was removed: the change may come after the death of its process', async () => {
      await lists.publish(home, await begin(), [], []);
      await lists.shut([reader]);
      await expect(begin()).rejects.toThrow('now');
      await sleep(SHUT_FOR + 20);
      await lists.publish(home, await begin(), [], []);
      await lists.shutAll();
      await lists.advance(2);
      expect((await lists.read([home], everything()))[0]).toMatchObject({ asOf: 0, state: 'missing' });
      await sleep(SHUT_FOR + 20);
      await lists.advance(3);
      expect(await read()).toBe('missing');
    });

    it('is void when Redis comes back with less than it had', async () => {
      await lists.publish(home, await begin(), [post(1)], []);
      await redis.command('SAVE');
      await push(2);
      await redis.restart();
      connection.close();
      connection = await connectRedis([redis.url], TIMEOUT);
      lists = new HomeTimelines(connection, { length: 3 });
      expect(await read()).toEqual([post(1)]);
      await lists.advance(2);
      expect(await read()).toBe('missing');
    });
  });

  describe('the timeline', () => {
    let scene: HomeScene;
    let ada: Id;
    let bob: Id;
    let cid: Id;
    /** What waits to be pushed may be missing. */
    const answer = async (): Promise<void> => {
      const waiting = new Set(scene.waiting.map(({ id }) => id));
      const pushed = (ids: Id[]): Id[] => ids.filter((id) => !waiting.has(id));
      const read = await scene.stores.timelines.following(ada, everything());
      expect(pushed(read)).toEqual(pushed(await scene.database.following(ada, everything())));
    };
    const publish = async (by: Id): Promise<Id> => {
      const made = await scene.stores.post(by);
      scene.waiting.push(made);
      return made.id;
    };
    /** Until the lists serve again, which must be right whenever they do. */
    const recovered = async (): Promise<void> => {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        await answer();
        await scene.push().catch((error: unknown) => expect(error).toBeInstanceOf(RedisUnavailable));
        const { ids, served } = await scene.warm(ada, everything({ limit: 3 }));
        expect(ids).toEqual(await scene.database.following(ada, everything({ limit: 3 })));
        if (served) return;
        await sleep(50);
      }
      throw new Error('The lists never serve again.');
    };

    beforeEach(async () => {
      scene = await HomeScene.open(sqlite, connection, { length: 5 });
      const { stores } = scene;
      [ada, bob, cid] = [await stores.user('ada'), await stores.user('bob'), await stores.user('cid')];
      await stores.follow(ada, bob);
      await publish(bob);
      await recovered();
    });
    afterEach(async () => {
      await scene.settle();
      await scene.stores.close();
    });

    it.each([
      ['frozen', async () => redis.freeze(), async () => redis.thaw()],
      ['restarted', async () => redis.kill(), async () => redis.restart()],
      ['emptied', async () => redis.flushAll(), async () => undefined],
    ])('is right while Redis is %s and afterwards', async (_, fail, mend) => {
      const { stores } = scene;
      await fail();
      await answer();
      const first = await publish(bob);
      await stores.follow(ada, cid);
      await answer();
      await publish(cid);
      await answer();
      await stores.posts.setHidden(first, true);
      await answer();
      await stores.follows.unfollow(ada, bob);
      await publish(bob);
      await answer();
      await mend();
      await recovered();
      await stores.posts.setHidden(first, false);
      await stores.follow(ada, bob);
      await recovered();
    });

    it('is right after a change that took longer than lists stay away', async () => {
      const changes = new HomeTimelineChanges(scene.lists, connection);
      await changes.around(ada, async () => {
        await sleep(20);
        await recovered();
        await scene.databaseFollows.unfollow(ada, bob);
      });
      await recovered();
      changes.close();
    });

    it('of another process is right as soon as Redis was told', async () => {
      const other = await connectRedis([redis.url], TIMEOUT);
      const away = other.run.bind(other);
      try {
        const change = new HomeTimelines(other, { prefix: scene.prefix, shutFor: 1 });
        other.run = () => Promise.reject(new RedisUnavailable(undefined));
        const changes = new HomeTimelineChanges(change, other);
        await changes.around(ada, () => scene.databaseFollows.follow(ada, cid, []));
        expect(changes.concern(ada)).toBe(true);
        expect(changes.concern(bob)).toBe(false);
        other.run = away;
        for (let n = 0; changes.concern(ada); n += 1) {
          if (n === 100) throw new Error('Redis was never told.');
          await sleep(20);
        }
        changes.close();
        await publish(cid);
        await recovered();
      } finally {
        other.close();
      }
    });

    it('is pushed to again after Redis failed in the middle', async () => {
      await publish(bob);
      redis.freeze();
      await expect(scene.fanOut.push(scene.waiting[0]!)).rejects.toThrow(RedisUnavailable);
      redis.thaw();
      await recovered();
    });
  });
});

describeWith('redis-server', 'home timelines on a cluster', () => {
  let cluster: RedisCluster;
  let connection: RedisConnection;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    connection = await connectRedis(cluster.urls, 1_000);
  });
  afterAll(async () => {
    connection.close();
    await cluster.stop();
  });

  timelineStoreContract((...world) =>
    HomeScene.opener(sqlite, connection, { length: 100, most: 2 })(...world),
  );
});
