import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapters, Port } from '../../src/adapters/adapters.js';
import { RedisFanOut, FanOutFrontier } from '../../src/adapters/redis/fan-out.js';
import { homeTimelineAdapters } from '../../src/adapters/redis/home-timeline-adapters.js';
import { type HomeTimelineOptions, HomeTimelines } from '../../src/adapters/redis/home-timelines.js';
import type { RedisConnection } from '../../src/adapters/redis/redis-connection.js';
import type { RedisTimelineStore } from '../../src/adapters/redis/redis-timeline-store.js';
import { FollowStore } from '../../src/modules/follows/follows.ports.js';
import type { Post } from '../../src/modules/posts/domain/post.js';
import { PostStore } from '../../src/modules/posts/posts.ports.js';
import { TimelineStore } from '../../src/modules/timelines/timelines.ports.js';
import type { Id } from '../../src/shared/ids.js';
import type { Stretch } from '../../src/shared/page.js';
import { type OpenAdapters, Stores } from './stores.js';

export interface SceneOptions extends HomeTimelineOptions {
  /** Most followers of whom each gets a post. */
  readonly most?: number;
  /** Called with what the database answered, before that is handed on. */
  readonly gate?: (what: 'timeline' | 'followers') => Promise<void>;
}

let scenes = 0;

/** Home timelines in Redis before a database, and the posts that have yet to be pushed into them. */
export class HomeScene {
  readonly waiting: Post[] = [];
  /** Timelines of people followed that the database was asked for. */
  reads = 0;
  stores!: Stores;
  lists!: HomeTimelines;
  fanOut!: RedisFanOut;
  frontier!: FanOutFrontier;
  /** What the database itself says. */
  database!: TimelineStore;
  databaseFollows!: FollowStore;
  prefix!: string;
  private timelines!: RedisTimelineStore;

  static async open(
    database: OpenAdapters,
    connection: RedisConnection,
    options: SceneOptions = {},
  ): Promise<HomeScene> {
    const scene = new HomeScene();
    scene.stores = await Stores.open((...world) => scene.openAdapters(database, connection, options, world));
    return scene;
  }

  /** Adapters that push posts when they are published, and read timelines cold and warm. */
  static opener(database: OpenAdapters, connection: RedisConnection, options: SceneOptions): OpenAdapters {
    return async (...world) => {
      const scene = new HomeScene();
      const adapters = await scene.openAdapters(database, connection, options, world);
      const { timelines } = scene;
      const following = async (readerId: Id, stretch: Stretch): Promise<Id[]> => {
        const cold = await timelines.following(readerId, stretch);
        await timelines.settle();
        expect(await timelines.following(readerId, stretch)).toEqual(cold);
        return cold;
      };
      const posts = port(adapters, PostStore);
      const publish: PostStore['publish'] = async (...terms) => {
        const published = await posts.publish(...terms);
        scene.waiting.push(published.post);
        await scene.push();
        return published;
      };
      const changed = replaced(adapters, TimelineStore, { following });
      return replaced(changed, PostStore, { publish });
    };
  }

  async push(times = 1): Promise<void> {
    for (const post of this.waiting.filter(({ kind }) => kind !== 'reply')) {
      for (let n = 0; n < times; n += 1) await this.fanOut.push(post);
    }
    this.waiting.length = 0;
    await this.frontier.tick();
  }

  /** Reads, and makes the lists that are missing, until the list serves or shows that it does not reach as far. */
  async warm(readerId: Id, stretch: Stretch): Promise<{ ids: Id[]; served: boolean }> {
    for (let attempt = 1; ; attempt += 1) {
      const before = this.reads;
      const ids = await this.stores.timelines.following(readerId, stretch);
      const served = this.reads === before;
      await this.settle();
      if (served || attempt === 4) return { ids, served };
      // What was changed just now is shut for a millisecond.
      await sleep(2);
    }
  }

  async settle(): Promise<void> {
    await this.timelines.settle();
  }

  private async openAdapters(
    open: OpenAdapters,
    connection: RedisConnection,
    { most, gate, ...options }: SceneOptions,
    [ids, clock]: Parameters<OpenAdapters>,
  ): Promise<Adapters> {
    const inner = await open(ids, clock);
    const [database, follows] = [port(inner, TimelineStore), port(inner, FollowStore)];
    this.database = database;
    this.databaseFollows = follows;
    this.prefix = options.prefix ?? `test${(scenes += 1)}:`;
    this.lists = new HomeTimelines(connection, { shutFor: 1, ...options, prefix: this.prefix });
    const following: TimelineStore['following'] = async (...of) => {
      this.reads += 1;
      const found = await database.following(...of);
      await gate?.('timeline');
      return found;
    };
    const followersOf: FollowStore['followersOf'] = async (...of) => {
      const found = await follows.followersOf(...of);
      await gate?.('followers');
      return found;
    };
    const adapters = homeTimelineAdapters(
      replaced(inner, TimelineStore, { following }),
      this.lists,
      connection,
      clock,
    );
    this.timelines = port(adapters, TimelineStore) as RedisTimelineStore;
    this.fanOut = new RedisFanOut(
      this.lists,
      changed(follows, { followersOf }),
      port(inner, PostStore),
      most,
    );
    this.frontier = new FanOutFrontier(this.lists, async () => this.waiting[0]?.id, clock);
    await this.frontier.tick();
    return adapters;
  }
}

function port<Adapter extends object>(
  adapters: Adapters,
  of: abstract new (...args: never[]) => Adapter,
): Adapter {
  return adapters.ports.find(([candidate]) => candidate === of)?.[1] as Adapter;
}

function replaced<Adapter extends object>(
  adapters: Adapters,
  of: abstract new (...args: never[]) => Adapter,
  methods: Partial<Adapter>,
): Adapters {
  const replace = (candidate: Port, adapter: object): object =>
    candidate === of ? changed(adapter, methods) : adapter;
  return {
    ports: adapters.ports.map(([candidate, adapter]) => [candidate, replace(candidate, adapter)]),
    start: () => adapters.start(),
    check: () => adapters.check(),
    close: () => adapters.close(),
  };
}

/** The same object with other methods. */
function changed<Target extends object>(target: Target, methods: object): Target {
  return Object.assign(Object.create(target) as Target, methods);
}
