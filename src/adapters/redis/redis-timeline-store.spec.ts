import { setTimeout as sleep } from 'node:timers/promises';
import { pagingContract } from '../../../test/contract/paging.contract.js';
import { timelineStoreContract } from '../../../test/contract/timeline-store.contract.js';
import { HomeScene } from '../../../test/support/home-scene.js';
import { describeWith, type RedisProcess, startRedis } from '../../../test/support/engines.js';
import { connectRedis } from '../../../test/support/redis.js';
import { everything, type OpenAdapters } from '../../../test/support/stores.js';
import type { Id } from '../../shared/ids.js';
import { openSqliteAdapters } from '../sqlite/sqlite-adapters.js';
import type { RedisConnection } from './redis-connection.js';

const sqlite: OpenAdapters = async (ids, clock) => openSqliteAdapters('sqlite::memory:', ids, clock);

describeWith('redis-server', 'home timelines', () => {
  let redis: RedisProcess;
  let connection: RedisConnection;
  beforeAll(async () => {
    redis = await startRedis();
    connection = await connectRedis([redis.url]);
  });
  afterAll(async () => {
    connection.close();
    await redis.stop();
  });

  describe.each([
    ['long lists', {}],
    ['short lists', { length: 10 }],
    ['celebrities', { length: 300, most: 0 }],
  ])('keep the contracts: %s', (_, options) => {
    const open: OpenAdapters = (...world) => HomeScene.opener(sqlite, connection, options)(...world);
    timelineStoreContract(open);
  });
  describe('keep the contract of paging', () =>
    pagingContract((...world) => HomeScene.opener(sqlite, connection, { length: 10, most: 1 })(...world)));

  describe('of a reader', () => {
    let scene: HomeScene;
    let ada: Id;
    let bob: Id;
    let cid: Id;
    let hold: { what: string; until: Promise<undefined>; reached: () => void } | undefined;

    const open = async (options: object = {}): Promise<void> => {
      const gate = async (what: string): Promise<void> => {
        if (hold?.what !== what) return;
        hold.reached();
        await hold.until;
      };
      scene = await HomeScene.open(sqlite, connection, { gate, ...options });
      const { stores } = scene;
      [ada, bob, cid] = [await stores.user('ada'), await stores.user('bob'), await stores.user('cid')];
      await stores.follow(ada, bob);
    };
    /** Holds back the next answer of the database to that question; ends when it has it. */
    const holdBack = (
      what: 'timeline' | 'followers',
    ): { reached: Promise<undefined>; release: () => void } => {
      const until = Promise.withResolvers<undefined>();
      const reached = Promise.withResolvers<undefined>();
      hold = { what, until: until.promise, reached: () => reached.resolve(undefined) };
      return {
        reached: reached.promise,
        release: () => {
          hold = undefined;
          until.resolve(undefined);
        },
      };
    };
    const post = async (by: Id): Promise<Id> => {
      const made = await scene.stores.post(by);
      scene.waiting.push(made);
      return made.id;
    };
    const expectServed = async (ids: Id[]): Promise<void> =>
      expect(await scene.warm(ada, everything({ limit: 4 }))).toEqual({ ids, served: true });

    const tripsOf = async (work: () => Promise<void>): Promise<number> => {
      const run = connection.run.bind(connection);
      let trips = 0;
      connection.run = (commands) => ((trips += 1), run(commands));
      await work();
      connection.run = run;
      return trips;
    };

    afterEach(async () => {
      hold = undefined;
      await scene.settle();
      await scene.stores.close();
    });

    it('are served by one round trip once they were read, with celebrities by two', async () => {
      await open({ most: 1 });
      const first = await post(bob);
      await scene.push();
      await expectServed([first]);
      await expectServed([first]);
      expect(await tripsOf(() => expectServed([first]))).toBe(1);
      await scene.stores.follow(cid, bob);
      const second = await post(bob);
      await scene.push();
      const third = await post(bob);
      await scene.push();
      await expectServed([third, second, first]);
      expect(await tripsOf(() => expectServed([third, second, first]))).toBe(2);
    });

    it('have a post that was published while they were made', async () => {
      await open();
      const before = await post(bob);
      await scene.push();
      const timeline = holdBack('timeline');
      const cold = scene.stores.timelines.following(ada, everything());
      await timeline.reached;
      const during = await post(bob);
      await scene.push(2);
      timeline.release();
      await cold;
      await scene.settle();
      await expectServed([during, before]);
    });

    it('forget those unfollowed while they were made', async () => {
      await open();
      await post(bob);
      await scene.push();
      const timeline = holdBack('timeline');
      const cold = scene.stores.timelines.following(ada, everything());
      await timeline.reached;
      await scene.stores.follows.unfollow(ada, bob);
      timeline.release();
      await cold;
      await scene.settle();
      await expectServed([]);
    });

    it.each([
      ['unfollowed', (): Promise<unknown> => scene.stores.follows.unfollow(ada, bob)],
      ['hidden', (): Promise<unknown> => scene.stores.posts.setHidden(scene.waiting[0]?.id ?? '', true)],
    ])('take no push that was under way when its author or post was %s', async (_, change) => {
      await open({ most: 5 });
      await expectServed([]);
      await post(bob);
      const followers = holdBack('followers');
      const pushing = scene.push();
      await followers.reached;
      await change();
      await sleep(5);
      await scene.frontier.tick();
      scene.waiting.length = 0;
      await scene.frontier.tick();
      await expectServed([]);
      followers.release();
      await pushing;
      await expectServed([]);
    });

    it('lose a hidden post at once, and have it again when it is shown', async () => {
      await open();
      const [first, second] = [await post(bob), await post(bob)];
      await scene.push();
      await expectServed([second, first]);
      await scene.stores.posts.setHidden(first, true);
      expect(await scene.stores.timelines.following(ada, everything())).toEqual([second]);
      await sleep(5);
      await scene.frontier.tick();
      await expectServed([second]);
      await scene.stores.posts.setHidden(first, false);
      await sleep(5);
      await scene.frontier.tick();
      await expectServed([second, first]);
    });

    it('are not trusted while the fan-out is late, or silent', async () => {
      await open();
      const first = await post(bob);
      await scene.push();
      await expectServed([first]);
      const second = await post(bob);
      await scene.frontier.tick();
      await expectServed([first]);
      scene.stores.clock.advance(1_001);
      await scene.frontier.tick();
      expect(await scene.warm(ada, everything())).toEqual({ ids: [second, first], served: false });
      await scene.push();
      await expectServed([second, first]);
      scene.stores.clock.advance(1_001);
      expect(await scene.warm(ada, everything())).toEqual({ ids: [second, first], served: false });
    });
  });
});
