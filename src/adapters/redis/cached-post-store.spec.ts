import { countersContract } from '../../../test/contract/counters.contract.js';
import { pagingContract } from '../../../test/contract/paging.contract.js';
import { postStoreContract } from '../../../test/contract/post-store.contract.js';
import { timelineStoreContract } from '../../../test/contract/timeline-store.contract.js';
import { describeWith, type RedisProcess, startRedis } from '../../../test/support/engines.js';
import { connectRedis } from '../../../test/support/redis.js';
import { type OpenAdapters, Stores } from '../../../test/support/stores.js';
import type { Post } from '../../modules/posts/domain/post.js';
import type { PostState, PostStore } from '../../modules/posts/posts.ports.js';
import type { Id } from '../../shared/ids.js';
import { openSqliteAdapters } from '../sqlite/sqlite-adapters.js';
import { cachedAdapters } from './cached-adapters.js';
import { CachedPostStore } from './cached-post-store.js';
import type { RedisConnection } from './redis-connection.js';
import { TwoLevelCache } from './two-level-cache.js';

describeWith('redis-server', 'the cached PostStore', () => {
  let redis: RedisProcess;
  let connections: RedisConnection[];
  let opened = 0;

  beforeAll(async () => {
    redis = await startRedis();
    connections = [await connectRedis([redis.url]), await connectRedis([redis.url])];
  });
  afterAll(async () => {
    for (const connection of connections) connection.close();
    await redis.stop();
  });

  const cache = (of = 0): TwoLevelCache =>
    new TwoLevelCache(connections[of]!, { prefix: `posterr:${opened}:` });
  const open: OpenAdapters = async (ids, clock) => {
    opened += 1;
    return cachedAdapters(openSqliteAdapters('sqlite::memory:', ids, clock), cache());
  };

  describe('keeps the contract of posts', () => postStoreContract(open));
  describe('keeps the contract of counters', () => countersContract(open));
  describe('keeps the contract of timelines', () => timelineStoreContract(open));
  describe('keeps the contract of paging', () => pagingContract(open));

  describe('in two processes', () => {
    let stores: Stores;
    let inner: PostStore;
    let one: PostStore;
    let other: PostStore;
    let caches: TwoLevelCache[];
    let loads = 0;
    let ada: Id;
    let bob: Id;

    beforeEach(async () => {
      stores = await Stores.open(async (ids, clock) => openSqliteAdapters('sqlite::memory:', ids, clock));
      inner = stores.posts;
      const load = inner.load.bind(inner);
      inner.load = (ids, readerId) => {
        loads += 1;
        return load(ids, readerId);
      };
      opened += 1;
      caches = [cache(0), cache(1)];
      one = new CachedPostStore(inner, caches[0]!);
      other = new CachedPostStore(inner, caches[1]!);
      [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
    });
    afterEach(async () => {
      for (const cache of caches) cache.close();
      await stores.close();
    });

    const conversation = async (): Promise<Post[]> => {
      const root = await stores.post(ada);
      const quote = await stores.quote(root, bob);
      return [root, quote, await stores.repost(quote, ada), await stores.reply(quote, ada)];
    };

    it('every reader gets what the database says; reads cost one command when cold and none when warm', async () => {
      const ids = (await conversation()).map(({ id }) => id);
      for (const some of [ids, ids.slice(2), ids.slice(1, 3), ids.slice(3)]) {
        for (const reader of [undefined, ada, bob]) {
          const expected = await inner.load(some, reader);
          const read = async (store: PostStore): Promise<number> => {
            const before = loads;
            expect(await store.load(some, reader)).toEqual(expected);
            return loads - before;
          };
          expect(await read(one)).toBeLessThanOrEqual(1);
          // What is known of a post only through another one is not kept: it is by the second time.
          await read(one);
          for (const store of [one, one, other, other, other]) expect(await read(store)).toBe(0);
        }
      }
    });

    it('is right at once, whoever hides, reposts or answers and whoever reads', async () => {
      const [root, quote, repost, reply] = (await conversation()) as [Post, Post, Post, Post];
      const ids = [root.id, repost.id, reply.id];
      const same = async (store: PostStore): Promise<void> => {
        for (const reader of [undefined, ada, bob]) {
          expect(await store.load(ids, reader)).toEqual(await inner.load(ids, reader));
        }
      };
      for (let round = 0; round < 500; round += 1) {
        const [writer, reader] = round % 3 === 0 ? [other, one] : [one, other];
        const hidden = round % 2 === 0;
        const terms = { postsPerDay: 0, eventsOf: () => [] };
        if (round % 5 === 0) await writer.setHidden(root.id, hidden);
        else if (round % 5 === 1) await writer.setHidden(reply.id, hidden);
        else if (round % 5 === 2) await writer.setHidden(quote.id, hidden);
        else if (hidden) {
          const post = await stores.post(ada);
          ids[3] = post.id;
          await same(reader);
          const draft = { kind: 'repost', authorId: bob, mentionIds: [], subjectId: post.id } as const;
          await writer.publish(draft, terms);
        } else if (!((await inner.find(root.id)) === undefined)) {
          const draft = {
            kind: 'reply',
            authorId: bob,
            text: 'x',
            mentionIds: [],
            inReplyToId: root.id,
          } as const;
          await writer.publish(draft, terms);
        }
        await same(reader);
        await same(writer);
      }
    });

    it('many readers of a page load it once', async () => {
      const ids = (await conversation()).map(({ id }) => id);
      loads = 0;
      const answers = await Promise.all(Array.from({ length: 50 }, () => one.load(ids)));
      expect(loads).toBe(1);
      const states: Map<Id, PostState> = await inner.load(ids);
      for (const answer of answers) expect(answer).toEqual(states);
    });
  });
});
