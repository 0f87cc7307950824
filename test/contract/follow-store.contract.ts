import type { Id } from '../../src/shared/ids.js';
import { everything, type OpenAdapters, Stores } from '../support/stores.js';

/** What every FollowStore promises. */
export function followStoreContract(open: OpenAdapters): void {
  let stores: Stores;
  let ada: Id;
  let bob: Id;
  const event = { type: 'user-followed', actorId: '', data: {} };
  beforeEach(async () => {
    stores = await Stores.open(open);
    [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
  });
  afterEach(() => stores.close());

  const followersOf = async (id: Id): Promise<Id[]> =>
    (await stores.follows.followersOf(id, everything())).map(({ userId }) => userId);
  const followedBy = async (id: Id): Promise<Id[]> =>
    (await stores.follows.followedBy(id, everything())).map(({ userId }) => userId);

  it('following again and unfollowing again change nothing', async () => {
    expect(await stores.follows.unfollow(ada, bob)).toEqual({ following: false, followedBy: false });
    expect(await stores.follows.follow(ada, bob, [{ ...event, actorId: ada }])).toEqual({
      following: true,
      followedBy: false,
    });
    expect(await stores.follows.follow(ada, bob, [{ ...event, actorId: ada }])).toEqual({
      following: true,
      followedBy: false,
    });
    expect(await stores.outbox.claim(10, 0)).toHaveLength(1);
    expect(await stores.follows.follow(bob, ada, [])).toEqual({ following: true, followedBy: true });
    expect([await followersOf(bob), await followedBy(ada)]).toEqual([[ada], [bob]]);
    expect(await stores.follows.unfollow(ada, bob)).toEqual({ following: false, followedBy: true });
    expect(await stores.follows.unfollow(ada, bob)).toEqual({ following: false, followedBy: true });
    expect([await followersOf(bob), await followedBy(ada)]).toEqual([[], []]);
  });

  it('lists by when the following began, also after unfollowing', async () => {
    const cid = await stores.user('cid');
    await stores.follow(ada, bob);
    await stores.follow(ada, cid);
    expect(await followedBy(ada)).toEqual([cid, bob]);
    await stores.follows.unfollow(ada, bob);
    await stores.follow(ada, bob);
    expect(await followedBy(ada)).toEqual([bob, cid]);
    const [newest, oldest] = await stores.follows.followedBy(ada, everything());
    const older = await stores.follows.followedBy(ada, everything({ before: newest?.id ?? '' }));
    expect(older).toEqual([oldest]);
    expect(await stores.follows.followedBy(ada, everything({ newestFirst: false, limit: 1 }))).toEqual([
      oldest,
    ]);
    await stores.follow(bob, cid);
    expect(await followersOf(cid)).toEqual([bob, ada]);
  });

  it('tells who of many follows somebody now', async () => {
    const cid = await stores.user('cid');
    const others = await Promise.all(Array.from({ length: 20 }, (_, n) => stores.user(`user${n}`)));
    await Promise.all([ada, ...others].map((id) => stores.follow(id, bob)));
    await stores.follows.unfollow(ada, bob);
    await stores.follow(bob, cid);

    const among = await stores.follows.followersAmong([ada, cid, bob, ...others.slice(5)], bob);
    expect(among.toSorted()).toEqual(others.slice(5).toSorted());
    expect(await stores.follows.followersAmong([], bob)).toEqual([]);
  });

  it('counts equal lists after many changes at once', async () => {
    const others = await Promise.all(Array.from({ length: 10 }, (_, n) => stores.user(`user${n}`)));
    const changes: Promise<unknown>[] = [];
    for (let round = 0; round < 10; round += 1) {
      for (const other of others) {
        const follows = (round * 7 + others.indexOf(other) * 3) % 5 < 3;
        changes.push(follows ? stores.follow(other, bob) : stores.follows.unfollow(other, bob));
        changes.push(follows ? stores.follow(bob, other) : stores.follows.unfollow(bob, other));
      }
    }
    await Promise.all(changes);
    for (const id of [bob, ...others]) {
      expect((await stores.users.load([id])).get(id)).toMatchObject({
        followersCount: (await followersOf(id)).length,
        followingCount: (await followedBy(id)).length,
      });
    }
  });
}
