import { describeWith, mongoUri } from '../../../test/support/engines.js';
import { createDatabase, type TestDatabase } from '../../../test/support/mongo.js';
import { everything, HandClock, Stores } from '../../../test/support/stores.js';
import { original } from '../../modules/posts/domain/post.js';
import { DAY } from '../../shared/clock.js';
import { UuidV7Ids } from '../system/uuid-v7-ids.js';
import { type MongoAdapters, openMongoAdapters } from './mongo-adapters.js';

describeWith('MongoDB', 'the upkeep', () => {
  let database: TestDatabase;
  let adapters: MongoAdapters;
  let stores: Stores;
  beforeAll(async () => {
    database = await createDatabase(mongoUri ?? '');
  });
  afterAll(() => database.remove());
  beforeEach(async () => {
    await database.empty();
    const clock = new HandClock();
    adapters = openMongoAdapters(
      { url: database.url, timeoutMs: 20_000 },
      new UuidV7Ids(clock),
      clock,
      false,
    );
    await adapters.start();
    stores = Stores.of(adapters, clock);
  });
  afterEach(() => adapters.close());

  const pending = async (): Promise<number> =>
    (await adapters.db.collection('posts').countDocuments({ 'pending.of': { $exists: true } })) +
    (await adapters.db.collection('follows').countDocuments({ 'pending.of': { $exists: true } }));

  it('moves what is pending into the counters, and no reader sees a difference', async () => {
    const [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
    const post = await stores.post(ada);
    const reply = await stores.reply(post, bob);
    await stores.repost(post, bob);
    await stores.quote(post, bob);
    await stores.follow(bob, ada);
    await stores.follow(ada, bob);
    await stores.follows.unfollow(ada, bob);
    await stores.posts.setHidden(reply.id, true);
    const seen = async (): Promise<unknown[]> => [
      (await stores.posts.load([post.id])).get(post.id)?.counts,
      await stores.users.load([ada, bob]),
    ];
    const before = await seen();
    expect(before[0]).toEqual({ reposts: 1, quotes: 1, replies: 0 });
    await adapters.upkeep.fold();
    expect(await pending()).toBe(0);
    expect(await seen()).toEqual(before);
    const stored = await adapters.db.collection('users').find().sort({ usernameLower: 1 }).toArray();
    expect(stored.map(({ counts }) => counts)).toEqual([
      { followers: 1, following: 0, posts: 1 },
      { followers: 0, following: 1, posts: 2 },
    ]);
    expect(await adapters.db.collection('follows').countDocuments({})).toBe(1);
  });

  it('goes on while others write, in two workers, and counts everything once', async () => {
    const [ada, ...others] = await Promise.all(Array.from({ length: 12 }, (_, n) => stores.user(`user${n}`)));
    const post = await stores.post(ada ?? '');
    let writing = true;
    const worker = async (): Promise<void> => {
      while (writing) await adapters.upkeep.fold().catch(() => undefined);
    };
    const workers = [worker(), worker()];
    try {
      for (let round = 0; round < 4; round += 1) {
        await Promise.all(
          others.map(async (other) => {
            await stores.follow(other, ada ?? '');
            await stores.reply(post, other);
            if (round % 2 === 0) await stores.follows.unfollow(other, ada ?? '');
          }),
        );
      }
    } finally {
      writing = false;
    }
    await Promise.all(workers);
    await adapters.upkeep.fold();
    expect(await pending()).toBe(0);
    expect((await stores.posts.load([post.id])).get(post.id)?.counts.replies).toBe(44);
    expect((await stores.users.load([ada ?? ''])).get(ada ?? '')?.followersCount).toBe(11);
    expect(await stores.follows.followersOf(ada ?? '', everything())).toHaveLength(11);
  });

  it('removes what has expired, and nothing else', async () => {
    const ada = await stores.user('ada');
    const now = stores.clock.now();
    await stores.refreshTokens.open(ada, 'short', now + DAY);
    await stores.refreshTokens.open(ada, 'long', now + 3 * DAY);
    const idempotencyKey = { digest: 'digest', fingerprint: 'fingerprint' };
    await stores.posts.publish(original(ada, 'x'), { postsPerDay: 0, eventsOf: () => [], idempotencyKey });
    stores.clock.advance(2 * DAY);
    await adapters.upkeep.sweep();
    expect(await adapters.db.collection('posts').countDocuments({ key: { $exists: true } })).toBe(0);
    expect(await adapters.db.collection('refreshTokens').countDocuments({})).toBe(1);
    expect(await stores.refreshTokens.rotate('long', 'next', now + 3 * DAY)).toBe(ada);
  });
});
