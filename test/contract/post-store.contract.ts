import { original, type Post, quoteOf, replyTo, repostOf } from '../../src/modules/posts/domain/post.js';
import { PostNotFound, QuotaExceeded } from '../../src/modules/posts/domain/post.errors.js';
import { dayOf } from '../../src/modules/posts/domain/quota.js';
import type { PublishTerms } from '../../src/modules/posts/posts.ports.js';
import { DAY, HOUR } from '../../src/shared/clock.js';
import { IdempotencyKeyInUse } from '../../src/shared/idempotency.js';
import { type Id, timeOf } from '../../src/shared/ids.js';
import { everything, type OpenAdapters, Stores } from '../support/stores.js';

const UNKNOWN: Id = '01890000-0000-7000-8000-000000000000';

/** What every PostStore promises, and the IdempotencyStore that belongs to it. */
export function postStoreContract(open: OpenAdapters): void {
  let stores: Stores;
  let ada: Id;
  let bob: Id;
  const terms = (more: Partial<PublishTerms> = {}): PublishTerms => ({
    postsPerDay: 0,
    eventsOf: () => [],
    ...more,
  });
  const event = { type: 'post-published', actorId: '', data: {} };
  const waiting = async (): Promise<number> => (await stores.outbox.claim(1_000, 0)).length;

  beforeEach(async () => {
    stores = await Stores.open(open);
    [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
  });
  afterEach(() => stores.close());

  describe('a post', () => {
    it('is found as it was published', async () => {
      const draft = { ...original(ada, 'Grüße \u{1f600}\n\ttab'), mentionIds: [bob, ada] };
      const { post, created, usedToday } = await stores.posts.publish(draft, terms());
      expect([created, usedToday]).toEqual([true, 1]);
      expect(post).toEqual({ ...draft, id: post.id, conversationId: post.id });
      expect(timeOf(post.id)).toBe(stores.clock.now());
      expect(await stores.posts.find(post.id)).toEqual(post);
      expect((await stores.posts.load([post.id])).get(post.id)).toEqual({
        post,
        hidden: false,
        counts: { reposts: 0, quotes: 0, replies: 0 },
        reposted: false,
      });
    });

    it('that is unknown is absent', async () => {
      expect(await stores.posts.find(UNKNOWN)).toBeUndefined();
      expect(await stores.posts.load([])).toEqual(new Map());
      expect(await stores.posts.load([UNKNOWN])).toEqual(new Map());
      await expect(stores.posts.getSubject(UNKNOWN)).rejects.toThrow(PostNotFound);
      await expect(stores.posts.setHidden(UNKNOWN, true)).rejects.toThrow(PostNotFound);
    });

    it('gets a greater id than all before it, while the clock stands or steps back', async () => {
      const first = await stores.post(ada);
      const second = await stores.post(bob);
      stores.clock.advance(-HOUR);
      const third = await stores.post(ada);
      expect([third.id, first.id, second.id].toSorted()).toEqual([first.id, second.id, third.id]);
    });
  });

  describe('what refers to a post', () => {
    it('is loaded with it in one go, and each says what it refers to', async () => {
      const root = await stores.post(ada);
      const quote = await stores.quote(root, bob);
      const repost = await stores.repost(quote, ada);
      const reply = await stores.reply(quote, ada);
      const states = await stores.posts.load([repost.id, reply.id], ada);
      expect([...states.keys()].toSorted()).toEqual([quote.id, repost.id, reply.id].toSorted());
      expect(states.get(repost.id)).toMatchObject({
        subject: { id: quote.id, hidden: false },
        reposted: true,
      });
      expect(states.get(reply.id)).toMatchObject({
        inReplyTo: { id: quote.id, hidden: false },
        reposted: false,
      });
      expect(states.get(quote.id)).toMatchObject({
        subject: { id: root.id, hidden: false },
        counts: { reposts: 1, quotes: 0, replies: 1 },
        reposted: true,
      });
      expect((await stores.posts.load([repost.id], bob)).get(repost.id)?.reposted).toBe(false);
      expect(await stores.posts.getSubject(repost.id)).toEqual(quote);
    });

    it('cannot refer to what is unknown or hidden, and leaves nothing', async () => {
      const hidden = await stores.post(ada);
      await stores.posts.setHidden(hidden.id, true);
      for (const subject of [hidden, { ...hidden, id: UNKNOWN }]) {
        for (const draft of [
          repostOf(subject, bob),
          quoteOf(subject, bob, 'x'),
          replyTo(subject, bob, 'x'),
        ]) {
          const published = stores.posts.publish(
            draft,
            terms({ eventsOf: () => [{ ...event, actorId: bob }] }),
          );
          await expect(published).rejects.toThrow(PostNotFound);
        }
      }
      expect(await stores.posts.usedOn(dayOf(stores.clock.now()), bob)).toBe(0);
      expect(await waiting()).toBe(0);
    });

    it('is listed with it', async () => {
      const post = await stores.post(ada);
      const replies = [await stores.reply(post, bob), await stores.reply(post, ada)];
      const quote = await stores.quote(post, bob);
      const repost = await stores.repost(post, bob);
      await stores.reply(replies[0] ?? post, ada, 'a reply to a reply');
      const ids = replies.map(({ id }) => id);
      expect(await stores.posts.repliesTo(post.id, everything({ newestFirst: false }))).toEqual(ids);
      expect(await stores.posts.repliesTo(post.id, everything())).toEqual(ids.toReversed());
      expect(await stores.posts.quotesOf(post.id, everything())).toEqual([quote.id]);
      expect(await stores.posts.repostsOf(post.id, everything())).toEqual([repost.id]);
      expect(await stores.posts.repliesTo(UNKNOWN, everything())).toEqual([]);
    });
  });

  describe('a stretch', () => {
    it('has its lower bound and not its upper one', async () => {
      const post = await stores.post(ada);
      const ids: Id[] = [];
      for (let n = 0; n < 5; n += 1) ids.push((await stores.quote(post, bob)).id);
      const [first = '', second = '', , fourth = ''] = ids;
      const read = (more: object): Promise<Id[]> => stores.posts.quotesOf(post.id, everything(more));
      expect(await read({ from: second, before: fourth })).toEqual(ids.slice(1, 3).toReversed());
      expect(await read({ from: second, before: second })).toEqual([]);
      expect(await read({ from: fourth, before: second })).toEqual([]);
      expect(await read({ limit: 2 })).toEqual(ids.slice(3).toReversed());
      expect(await read({ limit: 2, newestFirst: false })).toEqual(ids.slice(0, 2));
      expect(await read({ before: first })).toEqual([]);
    });
  });

  describe('a repost', () => {
    it('is made once, and the second one costs nothing', async () => {
      const post = await stores.post(ada);
      const first = await stores.posts.publish(repostOf(post, bob), terms({ postsPerDay: 1 }));
      const again = await stores.posts.publish(
        repostOf(post, bob),
        terms({ postsPerDay: 1, eventsOf: () => [{ ...event, actorId: bob }] }),
      );
      expect(again).toEqual({ post: first.post, created: false, usedToday: 1 });
      expect(await waiting()).toBe(0);
    });

    it('is made once by many at the same time', async () => {
      const post = await stores.post(ada);
      const all = await Promise.all(
        Array.from({ length: 20 }, () => stores.posts.publish(repostOf(post, bob), terms())),
      );
      expect(all.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(all.map(({ post: { id } }) => id)).size).toBe(1);
      expect((await stores.posts.load([post.id])).get(post.id)?.counts.reposts).toBe(1);
      expect(await stores.posts.usedOn(dayOf(stores.clock.now()), bob)).toBe(1);
    });

    it('that was hidden is not made again', async () => {
      const post = await stores.post(ada);
      const { id } = await stores.repost(post, bob);
      await stores.posts.setHidden(id, true);
      await expect(stores.repost(post, bob)).rejects.toThrow(PostNotFound);
    });
  });

  describe('the quota', () => {
    it('is exact when many publish at once, and refusals leave nothing', async () => {
      const attempts = Array.from({ length: 50 }, (_, n) =>
        stores.posts.publish(
          original(ada, `${n}`),
          terms({ postsPerDay: 5, eventsOf: () => [{ ...event, actorId: ada }] }),
        ),
      );
      const results = await Promise.allSettled(attempts);
      const published = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const refused = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      expect(published.map(({ usedToday }) => usedToday).toSorted()).toEqual([1, 2, 3, 4, 5]);
      expect(refused).toHaveLength(45);
      for (const error of refused) expect(error).toBeInstanceOf(QuotaExceeded);
      expect((refused[0] as QuotaExceeded).retryAfter).toBe((12 * HOUR) / 1_000);
      expect(await stores.timelines.ofAuthor(ada, 'posts', everything())).toHaveLength(5);
      expect((await stores.users.load([ada])).get(ada)?.postsCount).toBe(5);
      expect(await waiting()).toBe(5);
      await expect(
        stores.posts.publish(original(bob, 'x'), terms({ postsPerDay: 5 })),
      ).resolves.toBeDefined();
    });

    it('begins anew with the UTC day, and without a limit it is still counted', async () => {
      await stores.publish(original(ada, 'x'), 1);
      await expect(stores.publish(original(ada, 'x'), 1)).rejects.toThrow(QuotaExceeded);
      stores.clock.advance(12 * HOUR);
      await stores.publish(original(ada, 'x'), 1);
      await stores.publish(original(ada, 'x'), 0);
      const day = dayOf(stores.clock.now());
      expect(await stores.posts.usedOn(day, ada)).toBe(2);
      expect(await stores.posts.usedOn(day - 1, ada)).toBe(1);
      expect(await stores.posts.usedOn(day, bob)).toBe(0);
    });
  });

  describe('the outbox', () => {
    it('gets the events of the post with it', async () => {
      const eventsOf: PublishTerms['eventsOf'] = ({ id }) => [{ ...event, actorId: ada, data: { id } }];
      const { post } = await stores.posts.publish(original(ada, 'x'), terms({ eventsOf }));
      expect(await stores.outbox.claim(10, 0)).toEqual([
        { ...event, actorId: ada, data: { id: post.id }, position: expect.anything(), failures: 0 },
      ]);
    });
  });

  describe('an idempotency key', () => {
    const idempotencyKey = { digest: 'digest', fingerprint: 'fingerprint' };

    it('is kept with the post, and its body is added later', async () => {
      expect(await stores.idempotency.find('digest')).toBeUndefined();
      await stores.idempotency.keepBody('digest', 'too early');
      const { post } = await stores.posts.publish(original(ada, 'x'), terms({ idempotencyKey }));
      expect(await stores.idempotency.find('digest')).toEqual({
        fingerprint: 'fingerprint',
        postId: post.id,
      });
      await stores.idempotency.keepBody('digest', '{"a":1}');
      expect(await stores.idempotency.find('digest')).toMatchObject({ body: '{"a":1}' });
    });

    it('publishes once when used many times at once', async () => {
      const attempts = Array.from({ length: 20 }, () =>
        stores.posts.publish(original(ada, 'x'), terms({ idempotencyKey, postsPerDay: 5 })),
      );
      const results = await Promise.allSettled(attempts);
      const refused = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      expect(refused).toHaveLength(19);
      for (const error of refused) expect(error).toBeInstanceOf(IdempotencyKeyInUse);
      expect(await stores.posts.usedOn(dayOf(stores.clock.now()), ada)).toBe(1);
    });

    it('is free after a refusal, and after 24 hours', async () => {
      await stores.post(ada);
      await expect(
        stores.posts.publish(original(ada, 'x'), terms({ idempotencyKey, postsPerDay: 1 })),
      ).rejects.toThrow(QuotaExceeded);
      expect(await stores.idempotency.find('digest')).toBeUndefined();
      await stores.posts.publish(original(ada, 'x'), terms({ idempotencyKey }));
      stores.clock.advance(DAY);
      expect(await stores.idempotency.find('digest')).toBeUndefined();
      const { post } = await stores.posts.publish(original(ada, 'x'), terms({ idempotencyKey }));
      expect((await stores.idempotency.find('digest'))?.postId).toBe(post.id);
    });
  });

  describe('hiding', () => {
    it('takes a post out of every list, search and count, and back', async () => {
      const root = await stores.post(ada, 'whale');
      const quote = await stores.quote(root, bob, 'whale');
      const reply = await stores.reply(root, bob, 'whale');
      const repost = await stores.repost(root, bob);
      const find = (): Promise<Id[]> =>
        stores.search.find([{ words: ['whale'], prefix: false }], everything());
      const lists = async (): Promise<Id[][]> =>
        Promise.all([
          stores.timelines.all(everything()),
          stores.timelines.ofAuthor(bob, 'posts', everything()),
          stores.timelines.ofAuthor(bob, 'with-replies', everything()),
          stores.posts.quotesOf(root.id, everything()),
          stores.posts.repliesTo(root.id, everything()),
          stores.posts.repostsOf(root.id, everything()),
          find(),
        ]);
      const counts = async (): Promise<unknown> => [
        (await stores.posts.load([root.id])).get(root.id)?.counts,
        (await stores.users.load([bob])).get(bob)?.postsCount,
      ];
      const before = [await lists(), await counts()];
      for (const { id } of [quote, reply, repost]) {
        await stores.posts.setHidden(id, true);
        await stores.posts.setHidden(id, true);
        expect(await stores.posts.find(id)).toBeUndefined();
        expect((await stores.posts.load([id])).get(id)?.hidden).toBe(true);
      }
      expect((await lists()).flat().filter((id) => id !== root.id)).toEqual([]);
      expect(await counts()).toEqual([{ reposts: 0, quotes: 0, replies: 0 }, 0]);
      for (const { id } of [quote, reply, repost]) {
        await stores.posts.setHidden(id, false);
        await stores.posts.setHidden(id, false);
      }
      expect([await lists(), await counts()]).toEqual(before);
    });

    it('happens many times, at the same time as other writes, and these go on', async () => {
      const posts: Post[] = [];
      for (let n = 0; n < 20; n += 1) posts.push(await stores.post(ada, `whale ${n}`));
      for (const [n, post] of posts.entries()) {
        await stores.posts.setHidden(post.id, true);
        await Promise.all([
          stores.posts.setHidden(posts[0]?.id ?? '', n % 2 === 0),
          stores.post(bob, `ship ${n}`),
          stores.posts.setHidden(posts[1]?.id ?? '', n % 3 === 0),
        ]);
      }
      await stores.posts.setHidden(posts[0]?.id ?? '', true);
      await stores.posts.setHidden(posts[1]?.id ?? '', true);
      expect((await stores.users.load([ada])).get(ada)?.postsCount).toBe(0);
      expect((await stores.users.load([bob])).get(bob)?.postsCount).toBe(20);
      expect(await stores.search.find([{ words: ['whale'], prefix: false }], everything())).toEqual([]);
      expect(await stores.search.find([{ words: ['ship'], prefix: false }], everything())).toHaveLength(20);
    });

    it('leaves what refers to the post, saying so', async () => {
      const root = await stores.post(ada);
      const quote = await stores.quote(root, bob);
      const reply = await stores.reply(root, bob);
      const repost = await stores.repost(root, bob);
      await stores.posts.setHidden(root.id, true);
      const states = await stores.posts.load([quote.id, reply.id, repost.id]);
      expect(states.get(quote.id)).toMatchObject({ hidden: false, subject: { id: root.id, hidden: true } });
      expect(states.get(reply.id)).toMatchObject({ hidden: false, inReplyTo: { id: root.id, hidden: true } });
      expect(states.get(repost.id)).toMatchObject({ hidden: false, subject: { id: root.id, hidden: true } });
      expect(await stores.timelines.all(everything())).toEqual([repost.id, quote.id]);
      expect((await stores.users.load([bob])).get(bob)?.postsCount).toBe(2);
      await expect(stores.posts.getSubject(repost.id)).rejects.toThrow(PostNotFound);
    });
  });
}
