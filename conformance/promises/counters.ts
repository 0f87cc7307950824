import assert from 'node:assert/strict';
import { good, type PostBody, problem, type UserBody } from '../client.ts';
import { word } from '../people.ts';
import { Skip } from '../skip.ts';
import { soon } from '../soon.ts';
import { stories } from '../story.ts';

const add = stories('1. Rules of the domain');
export const COUNTERS = add.all;

add(
  'Counters: followersCount, followingCount, postsCount (all kinds but replies), counts on a post: equal to the lists they count, within a second of the write',
  'six people who follow, repost, quote and reply at once; each counter against its list',
  async (people) => {
    const post = await people.publish('counted');
    const crowd = await people.people(6, 4);
    const [first, ...others] = crowd;
    assert.ok(first);
    await Promise.all(
      crowd.map(async (one, n) => {
        if (one !== first) await one.follow(first);
        await one.repost(post.id);
        await one.reply(post.id, 'counted');
        if (n % 2) await one.quote(post.id, 'counted');
        else await one.publish('counted');
      }),
    );
    await soon(async () => {
      const { counts } = await people.nobody.read<PostBody>(`/v1/posts/${post.id}`);
      const lists = ['reposts', 'quotes', 'replies'] as const;
      for (const list of lists) {
        const { length } = await people.nobody.walk(`/v1/posts/${post.id}/${list}?limit=2`);
        assert.deepEqual([list, counts?.[list], length], [list, list === 'quotes' ? 3 : 6, length]);
        assert.equal(counts?.[list], length);
      }
      const { followersCount } = await people.nobody.read<UserBody>(`/v1/users/${first.username}`);
      assert.equal(followersCount, others.length);
      for (const one of crowd) {
        const { postsCount, followingCount } = await one.read<UserBody>('/v1/me');
        const { length } = await one.walk(`/v1/users/${one.username}/posts`);
        assert.deepEqual([postsCount, length, followingCount], [2, 2, one === first ? 0 : 1]);
      }
    }, 3_000);
  },
);

add(
  'Unavailable subject: what refers to a hidden post stays listed and says so: {id, state: "hidden"}. The hidden post itself answers 404 and is in no list, no ids=, no search and no count',
  'a post with a repost, a quote and a reply, hidden by an admin, looked for everywhere, and shown again',
  async (people) => {
    const { admin } = people;
    if (!admin) throw new Skip('it needs an admin: give ADMIN_TOKEN, or ADMIN_USERNAME and ADMIN_PASSWORD');
    const [ada, bob] = await people.people(2, 4);
    assert.ok(ada && bob);
    const rare = word();
    const post = await ada.publish(rare);
    const quote = await bob.quote(post.id, 'look');
    const reply = await bob.reply(post.id, 'no');
    const repost = await bob.repost(post.id);
    await bob.follow(ada);
    const path = `/v1/admin/posts/${post.id}/hidden`;
    for (const _ of [1, 2]) good(await admin.put(path), 204);
    try {
      await soon(async () => {
        problem(await ada.get(`/v1/posts/${post.id}`), 404, 'post-not-found');
        assert.deepEqual(await ada.read(`/v1/posts?ids=${post.id}`), { items: [] });
        for (const list of [`/v1/search/posts?q=${rare}`, `/v1/users/${ada.username}/posts`]) {
          assert.deepEqual((await ada.page(list)).items, [], list);
        }
        assert.deepEqual((await bob.page('/v1/timelines/following')).items, []);
        const all = await bob.page(`/v1/timelines/all?limit=100&since=${post.createdAt}`);
        assert.ok(!all.items.some(({ id }) => id === post.id));
        assert.equal((await ada.read<UserBody>('/v1/me')).postsCount, 0);
      }, 3_000);
      problem(await bob.put(`/v1/posts/${post.id}/repost`), 404, 'post-not-found');
      for (const to of ['quotes', 'replies'])
        problem(await bob.post(`/v1/posts/${post.id}/${to}`, { text: 'x' }), 404, 'post-not-found');
      const hidden = { id: post.id, state: 'hidden' };
      for (const one of [quote, repost])
        assert.deepEqual((await ada.read<PostBody>(`/v1/posts/${one.id}`)).subject, hidden);
      assert.deepEqual((await ada.read<PostBody>(`/v1/posts/${reply.id}`)).inReplyTo, hidden);
      const listed = await ada.walk(`/v1/users/${bob.username}/posts`);
      assert.deepEqual(
        listed.map(({ id, subject }) => [id, subject]),
        [
          [repost.id, hidden],
          [quote.id, hidden],
        ],
      );
    } finally {
      good(await admin.delete(path), 204);
    }
    await soon(async () => {
      const { counts } = await ada.read<PostBody>(`/v1/posts/${post.id}`);
      assert.deepEqual(counts, { reposts: 1, quotes: 1, replies: 1 });
    });
  },
);

add(
  'PUT, DELETE admin/posts/{id}/hidden: role admin, else 403',
  'both methods by a user (403) and by nobody (401)',
  async (people) => {
    const { author, id } = await people.publish('not to be hidden by anybody');
    for (const method of ['PUT', 'DELETE']) {
      problem(await author.send(method, `/v1/admin/posts/${id}/hidden`), 403, 'forbidden');
      problem(await people.nobody.send(method, `/v1/admin/posts/${id}/hidden`), 401, 'invalid-token');
    }
  },
);
