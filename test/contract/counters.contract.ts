import fc from 'fast-check';
import { DomainError } from '../../src/shared/errors.js';
import type { Post } from '../../src/modules/posts/domain/post.js';
import type { Id } from '../../src/shared/ids.js';
import { everything, type OpenAdapters, Stores } from '../support/stores.js';

const USERS = 4;
const NAMES = ['post', 'repost', 'quote', 'reply', 'hide', 'show', 'follow', 'unfollow'] as const;
const acts = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    by: fc.nat(USERS - 1),
    /** The user or, counted from the newest, the post that it is about. */
    about: fc.nat(7),
    /** Waits for the acts before it. */
    waits: fc.boolean(),
  }),
  { minLength: 10, maxLength: 80, size: 'max' },
);
type Act = typeof acts extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

/** Counters equal the lists that they count after any history, acts at the same time included. */
export function countersContract(open: OpenAdapters, numRuns = 25): void {
  it('counters equal lists, and the search finds what the lists show', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (history) => {
        const stores = await Stores.open(open);
        try {
          const users = await Promise.all(Array.from({ length: USERS }, (_, n) => stores.user(`user${n}`)));
          const posts: Post[] = [await stores.post(users[0] ?? '', 'word')];
          let running: Promise<void>[] = [];
          for (const act of history) {
            if (act.waits) {
              await Promise.all(running);
              running = [];
            }
            running.push(perform(stores, users, posts, act));
          }
          await Promise.all(running);
          await check(stores, users, posts);
        } finally {
          await stores.close();
        }
      }),
      // To shrink a history takes longer than to read it.
      { numRuns, endOnFailure: true },
    );
  }, 30_000);
}

async function perform(stores: Stores, users: readonly Id[], posts: Post[], act: Act): Promise<void> {
  const by = users[act.by] ?? '';
  const post = posts.at(-1 - (act.about % posts.length)) as Post;
  const other = users[act.about % USERS] ?? '';
  try {
    if (act.name === 'post') posts.push(await stores.post(by, 'word'));
    else if (act.name === 'hide' || act.name === 'show')
      await stores.posts.setHidden(post.id, act.name === 'hide');
    else if (act.name === 'follow' || act.name === 'unfollow') {
      if (other === by) return;
      await (act.name === 'follow' ? stores.follow(by, other) : stores.follows.unfollow(by, other));
    } else {
      const subject = await stores.posts.getSubject(post.id);
      if (act.name === 'reply') posts.push(await stores.reply(subject, by, 'word'));
      else if (subject.authorId === by) return;
      else
        posts.push(
          await (act.name === 'quote' ? stores.quote(subject, by, 'word') : stores.repost(subject, by)),
        );
    }
  } catch (error) {
    // What is hidden cannot be reposted, quoted or answered.
    if (!(error instanceof DomainError)) throw error;
  }
}

async function check(stores: Stores, users: readonly Id[], posts: readonly Post[]): Promise<void> {
  const states = await stores.posts.load(posts.map(({ id }) => id));
  const shown = [...states.values()].filter(({ hidden }) => !hidden).map(({ post }) => post);
  const idsOf = (some: readonly Post[]): Id[] =>
    some
      .map(({ id }) => id)
      .toSorted()
      .toReversed();
  expect(await stores.timelines.all(everything())).toEqual(
    idsOf(shown.filter(({ kind }) => kind !== 'reply')),
  );
  expect(await stores.search.find([{ words: ['word'], prefix: false }], everything())).toEqual(
    idsOf(shown.filter(({ kind }) => kind !== 'repost')),
  );
  for (const { post, counts } of states.values()) {
    const [reposts, quotes, replies] = await Promise.all([
      stores.posts.repostsOf(post.id, everything()),
      stores.posts.quotesOf(post.id, everything()),
      stores.posts.repliesTo(post.id, everything()),
    ]);
    expect(counts).toEqual({ reposts: reposts.length, quotes: quotes.length, replies: replies.length });
    expect(quotes).toEqual(
      idsOf(shown.filter(({ kind, subjectId }) => kind === 'quote' && subjectId === post.id)),
    );
    expect(reposts).toEqual(
      idsOf(shown.filter(({ kind, subjectId }) => kind === 'repost' && subjectId === post.id)),
    );
    expect(replies).toEqual(idsOf(shown.filter(({ inReplyToId }) => inReplyToId === post.id)));
    expect(new Set(await authorsOf(stores, reposts)).size).toBe(reposts.length);
  }
  const loaded = await stores.users.load(users);
  for (const id of users) {
    const own = await stores.timelines.ofAuthor(id, 'posts', everything());
    expect(own).toEqual(idsOf(shown.filter(({ authorId, kind }) => authorId === id && kind !== 'reply')));
    const followers = (await stores.follows.followersOf(id, everything())).map(({ userId }) => userId);
    const followed = (await stores.follows.followedBy(id, everything())).map(({ userId }) => userId);
    expect(loaded.get(id)).toMatchObject({
      postsCount: own.length,
      followersCount: new Set(followers).size,
      followingCount: new Set(followed).size,
    });
    const timeline = shown.filter(({ authorId, kind }) => followed.includes(authorId) && kind !== 'reply');
    expect(await stores.timelines.following(id, everything())).toEqual(idsOf(timeline));
  }
}

async function authorsOf(stores: Stores, ids: readonly Id[]): Promise<Id[]> {
  return [...(await stores.posts.load(ids)).values()]
    .filter(({ post }) => ids.includes(post.id))
    .map(({ post }) => post.authorId);
}
