import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { HomeScene } from '../../../test/support/home-scene.js';
import { describeWith, type RedisProcess, startRedis } from '../../../test/support/engines.js';
import { connectRedis } from '../../../test/support/redis.js';
import { everything, type OpenAdapters } from '../../../test/support/stores.js';
import { HIGHEST_ID, type Id, LOWEST_ID } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import { openSqliteAdapters } from '../sqlite/sqlite-adapters.js';
import type { RedisConnection } from './redis-connection.js';

const sqlite: OpenAdapters = async (ids, clock) => openSqliteAdapters('sqlite::memory:', ids, clock);
const USERS = 5;
const user = fc.nat(USERS - 1);

const constant = <const What extends string>(what: What) => ({ what: fc.constant(what) });
const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ ...constant('publish'), by: user }) },
  { weight: 12, arbitrary: fc.record({ ...constant('push'), times: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 8, arbitrary: fc.record({ ...constant('push one'), post: fc.nat() }) },
  { weight: 12, arbitrary: fc.record({ ...constant('warm'), by: user }) },
  { weight: 3, arbitrary: fc.record({ ...constant('follow'), by: user, of: user }) },
  { weight: 2, arbitrary: fc.record({ ...constant('unfollow'), by: user, of: user }) },
  { weight: 1, arbitrary: fc.record({ ...constant('hide'), post: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ ...constant('show'), post: fc.nat() }) },
  { weight: 1, arbitrary: fc.record(constant('flush')) },
  { weight: 1, arbitrary: fc.record(constant('forget celebrities')) },
  { weight: 2, arbitrary: fc.record({ ...constant('evict'), key: fc.nat() }) },
);
type Drawn<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;
type Step = Drawn<typeof step>;

/** One history, told to the lists and to the database. */
class History {
  users: Id[] = [];
  posts: Id[] = [];
  served = 0;

  constructor(
    readonly scene: HomeScene,
    private readonly connection: RedisConnection,
    private readonly prefix: string,
  ) {}

  async take(step: Step): Promise<void> {
    const { scene, users } = this;
    switch (step.what) {
      case 'follow':
        if (step.by !== step.of) await scene.stores.follow(this.id(step.by), this.id(step.of));
        return;
      case 'unfollow':
        await scene.stores.follows.unfollow(this.id(step.by), this.id(step.of));
        return;
      case 'publish': {
        const post = await scene.stores.post(this.id(step.by));
        scene.waiting.push(post);
        this.posts.push(post.id);
        return;
      }
      case 'push':
        return scene.push(step.times);
      case 'push one': {
        // The relay hands later events on while an earlier one waits for its retry.
        const { waiting, fanOut, frontier } = scene;
        const post = waiting[step.post % waiting.length];
        if (!post) return;
        await fanOut.push(post);
        if (waiting.includes(post)) waiting.splice(waiting.indexOf(post), 1);
        return frontier.tick();
      }
      case 'warm':
        this.served += (await scene.warm(users[step.by] as Id, everything({ limit: 2 }))).served ? 1 : 0;
        return;
      case 'hide':
      case 'show':
        if (this.posts.length > 0)
          await scene.stores.posts.setHidden(
            this.posts[step.post % this.posts.length] as Id,
            step.what === 'hide',
          );
        return;
      case 'flush':
        await this.send('FLUSHALL');
        return;
      case 'forget celebrities':
        await this.send('DEL', `${this.prefix}celebrities`);
        return;
      case 'evict': {
        const keys = (await this.send('KEYS', `${this.prefix}*`)) as string[];
        const lists = keys.filter((key) => !/:closed$|\}$/.test(key)).sort();
        if (lists.length > 0) await this.send('DEL', lists[step.key % lists.length] as string);
      }
    }
  }

  /** What waits to be pushed may be missing, and nothing else may differ. */
  async check(stretch: Stretch): Promise<void> {
    const { scene } = this;
    const waiting = new Set(scene.waiting.map(({ id }) => id));
    const pushed = (ids: Id[]): Id[] => ids.filter((id) => !waiting.has(id));
    const asked = waiting.size === 0 ? stretch : { ...stretch, limit: 1_000 };
    for (const reader of this.users) {
      const before = scene.reads;
      const read = await scene.stores.timelines.following(reader, asked);
      this.served += scene.reads === before ? 1 : 0;
      expect(pushed(read)).toEqual(pushed(await scene.database.following(reader, asked)));
    }
  }

  send(...command: [string, ...string[]]): Promise<unknown> {
    return this.connection.run((send) => send('', ...command));
  }

  private id(n: number): Id {
    return this.users[n] as Id;
  }
}

describeWith('redis-server', 'home timelines', () => {
  let redis: RedisProcess;
  let connection: RedisConnection;
  let histories = 0;
  beforeAll(async () => {
    redis = await startRedis();
    connection = await connectRedis([redis.url]);
  });
  afterAll(async () => {
    connection.close();
    await redis.stop();
  });

  /** Everybody follows those after them, so that the last ones are celebrities. */
  const begin = async (gate?: () => Promise<void>): Promise<History> => {
    const prefix = `history${(histories += 1)}:`;
    const options = { length: 5, most: 2, prefix, ...(gate && { gate }) };
    const history = new History(await HomeScene.open(sqlite, connection, options), connection, prefix);
    const { scene, users } = history;
    for (let n = 0; n < USERS; n += 1) users.push(await scene.stores.user(`user${n}`));
    for (const by of users) for (const of of users) if (by < of) await scene.stores.follow(by, of);
    return history;
  };
  const stretches = fc.record({
    from: fc.option(fc.nat(), { nil: undefined }),
    before: fc.option(fc.nat(), { nil: undefined }),
    newestFirst: fc.boolean(),
    limit: fc.integer({ min: 1, max: 7 }),
  });
  const stretchIn = ({ posts }: History, drawn: Drawn<typeof stretches>): Stretch => {
    const bound = (n: number | undefined, end: Id): Id =>
      n === undefined || posts.length === 0 ? end : (posts[n % posts.length] as Id);
    return { ...drawn, from: bound(drawn.from, LOWEST_ID), before: bound(drawn.before, HIGHEST_ID) };
  };

  it('answer as the database after every step of any history', async () => {
    let served = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, stretches), { minLength: 20, maxLength: 80 }),
        async (steps) => {
          const history = await begin();
          try {
            for (const [taken, drawn] of steps) {
              await history.take(taken);
              await history.check(stretchIn(history, drawn));
            }
            served += history.served;
          } finally {
            await history.scene.settle();
            await history.scene.stores.close();
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(served).toBeGreaterThan(1_000);
  });

  it('answer as the database when everything happened at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 20 }),
        async (steps, delays) => {
          let gates = 0;
          const history = await begin(() => sleep(delays[(gates += 1) % delays.length]));
          try {
            const pushes: Promise<void>[] = [];
            const all = steps.map(async (taken, n) => {
              await sleep(n % 10);
              if (taken.what !== 'push') return history.take(taken);
              const { waiting, fanOut } = history.scene;
              pushes.push(...waiting.slice(0, 2).map((post) => fanOut.push(post)));
              return history.scene.frontier.tick();
            });
            await Promise.all(all);
            await Promise.all(pushes);
            await history.scene.push();
            await history.scene.settle();
            await sleep(5);
            await history.scene.frontier.tick();
            for (const limit of [1, 3, 7]) {
              for (const newestFirst of [true, false])
                await history.check(everything({ limit, newestFirst }));
              await history.scene.settle();
            }
          } finally {
            await history.scene.settle();
            await history.scene.stores.close();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
