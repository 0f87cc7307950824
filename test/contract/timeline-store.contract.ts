import type { Id } from '../../src/shared/ids.js';
import type { Stretch } from '../../src/shared/page.js';
import { everything, type OpenAdapters, Stores } from '../support/stores.js';

/** What every TimelineStore promises. */
export function timelineStoreContract(open: OpenAdapters): void {
  let stores: Stores;
  let ada: Id;
  let bob: Id;
  let cid: Id;
  beforeEach(async () => {
    stores = await Stores.open(open);
    [ada, bob, cid] = [await stores.user('ada'), await stores.user('bob'), await stores.user('cid')];
  });
  afterEach(() => stores.close());

  it('all: every post but replies', async () => {
    expect(await stores.timelines.all(everything())).toEqual([]);
    const post = await stores.post(ada);
    await stores.reply(post, bob);
    const quote = await stores.quote(post, bob);
    const repost = await stores.repost(post, cid);
    expect(await stores.timelines.all(everything())).toEqual([repost.id, quote.id, post.id]);
    expect(await stores.timelines.all(everything({ newestFirst: false, limit: 2 }))).toEqual([
      post.id,
      quote.id,
    ]);
  });

  it("an author's: two views", async () => {
    const theirs = await stores.post(bob);
    const post = await stores.post(ada);
    const repost = await stores.repost(theirs, ada);
    const quote = await stores.quote(theirs, ada);
    const reply = await stores.reply(theirs, ada);
    expect(await stores.timelines.ofAuthor(ada, 'posts', everything())).toEqual([
      quote.id,
      repost.id,
      post.id,
    ]);
    expect(await stores.timelines.ofAuthor(ada, 'with-replies', everything())).toEqual([reply.id, post.id]);
  });

  it('following: exactly what those followed now have published, replies left out', async () => {
    const early = await stores.post(bob);
    await stores.post(ada);
    expect(await stores.timelines.following(ada, everything())).toEqual([]);
    await stores.follow(ada, bob);
    expect(await stores.timelines.following(ada, everything())).toEqual([early.id]);
    await stores.follow(ada, cid);
    const repost = await stores.repost(early, cid);
    await stores.reply(early, cid);
    expect(await stores.timelines.following(ada, everything())).toEqual([repost.id, early.id]);
    await stores.follows.unfollow(ada, bob);
    expect(await stores.timelines.following(ada, everything())).toEqual([repost.id]);
    expect(await stores.timelines.followingAtOnce(ada, everything())).toEqual([repost.id]);
  });

  it('following: equals the filtered timeline of all for the active and the silent, in every stretch', async () => {
    const authors = await Promise.all(Array.from({ length: 30 }, (_, n) => stores.user(`author${n}`)));
    const posts: { id: Id; author: number }[] = [];
    for (let n = 0; n < 900; n += 1) {
      // The first ten wrote long ago, then twenty others wrote a lot.
      const author = n < 40 ? n % 10 : 10 + ((n * 7) % 20);
      if (n % 50 === 0) stores.clock.advance(1);
      posts.push({ id: (await stores.post(authors[author] ?? '')).id, author });
    }
    const readers = {
      silent: [3],
      silentOnes: [0, 1, 2, 5, 9],
      active: [11, 12, 13, 14],
      mixed: [1, 17, 28],
    };
    for (const [name, followed] of Object.entries(readers)) {
      const reader = await stores.user(name);
      for (const author of followed) await stores.follow(reader, authors[author] ?? '');
      const expected = (stretch: Stretch): Id[] => {
        const within = posts.filter(
          ({ id, author }) => followed.includes(author) && id >= stretch.from && id < stretch.before,
        );
        return (stretch.newestFirst ? within.toReversed() : within)
          .slice(0, stretch.limit)
          .map(({ id }) => id);
      };
      for (const newestFirst of [true, false]) {
        for (const limit of [1, 2, 11, 101]) {
          for (const bounds of [
            {},
            { from: posts[20]?.id ?? '' },
            { before: posts[30]?.id ?? '' },
            { from: posts[5]?.id ?? '', before: posts[500]?.id ?? '' },
          ]) {
            const stretch = everything({ newestFirst, limit, ...bounds });
            expect(await stores.timelines.following(reader, stretch)).toEqual(expected(stretch));
          }
        }
      }
    }
  });
}
