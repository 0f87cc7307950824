import assert from 'node:assert/strict';
import { problem, type PageBody } from '../client.ts';
import { word } from '../people.ts';
import { soon } from '../soon.ts';
import { stories } from '../story.ts';

const add = stories('2. Timelines and lists');
export const CURSORS = add.all;

add(
  'A cursor is authenticated: one altered character: 400; made up: 400 invalid-cursor; it stays good with another limit',
  'each of its characters altered, some cut off, some that were made up',
  async (people) => {
    for (const _ of [1, 2, 3]) await people.publish('for a cursor');
    const { items, page } = await people.nobody.page('/v1/timelines/all?limit=1');
    const next = page.next ?? '';
    const after = await people.nobody.page('/v1/timelines/all?limit=2', next);
    assert.equal(after.items.length, 2);
    assert.ok(!after.items.some(({ id }) => id === items[0]?.id));
    const altered = Array.from(
      next,
      (one, n) => `${next.slice(0, n)}${one === 'A' ? 'B' : 'A'}${next.slice(n + 1)}`,
    );
    for (const bad of [
      ...altered,
      next.slice(1),
      `${next}A`,
      'x',
      '',
      '0',
      '%00',
      items[0]?.id,
      '{"$gt":""}',
      'A'.repeat(44),
    ]) {
      problem(
        await people.nobody.get(`/v1/timelines/all?cursor=${encodeURIComponent(bad ?? '')}`),
        400,
        'invalid-cursor',
      );
    }
  },
);

add(
  'A cursor is bound to list, filters and, on following and me/..., reader',
  'cursors of one list at others, with filters added, left out and changed, and of another reader',
  async (people) => {
    const [ada, bob] = await people.people(2, 1);
    assert.ok(ada && bob);
    const rare = word();
    for (const _ of [1, 2]) {
      const post = await people.publish(`${rare} @${ada.username} @${bob.username}`);
      for (const one of [ada, bob]) await one.follow(post.author);
      await (await people.author()).reply(post.id, rare);
    }
    const writer = await people.author();
    const cursorOf = async (list: string, reader = ada): Promise<string> => {
      const { page } = await reader.read<PageBody<unknown>>(
        `${list}${list.includes('?') ? '&' : '?'}limit=1`,
      );
      return page.next ?? page.prev;
    };
    const all = await cursorOf('/v1/timelines/all');
    const found = await cursorOf(`/v1/search/posts?q=${rare}`);
    const profile = `/v1/users/${writer.username}/posts`;
    const refused = [
      `/v1/users?cursor=${all}`,
      `/v1/timelines/following?cursor=${all}`,
      `/v1/timelines/all?since=2020-01-01&cursor=${all}`,
      `/v1/timelines/all?cursor=${await cursorOf('/v1/timelines/all?since=2020-01-01')}`,
      `${profile}?view=with-replies&cursor=${await cursorOf(profile)}`,
      `/v1/users/${ada.username}/posts?cursor=${await cursorOf(profile)}`,
      `/v1/search/posts?q=${rare}x&cursor=${found}`,
      `/v1/search/posts?q=${rare}&author=${ada.username}&cursor=${found}`,
      `/v1/search/users?q=${rare}&cursor=${found}`,
      `/v1/me/notifications?types=mention&cursor=${await cursorOf('/v1/me/notifications')}`,
      `/v1/timelines/following?cursor=${await cursorOf('/v1/timelines/following', bob)}`,
      `/v1/me/notifications?cursor=${await cursorOf('/v1/me/notifications', bob)}`,
    ];
    for (const path of refused) problem(await ada.get(path), 400, 'invalid-cursor');
  },
);

add(
  'limit 1 to 100: outside of it or not a number: 400. since and until bound a list; since after until: 400; unknown values of any enum: 400',
  'parameters that are not good, at several lists',
  async (people) => {
    const reader = await people.person();
    const bad = [
      'limit=0',
      'limit=101',
      'limit=-1',
      'limit=x',
      'limit=',
      'limit=1.5',
      'limit=1e1',
      'limit=0x1',
      'limit=1&limit=2',
      'since=yesterday',
      'until=2026-02-30',
      'since=2026-13-01',
      'until=2026-03-25T25:00:00Z',
      'since=1',
      'since=',
      'since=2026-03-25T09:30:00',
      'since=2026-03-02&until=2026-03-01',
    ];
    for (const list of ['/v1/timelines/all', '/v1/users', '/v1/me/notifications', '/v1/search/posts?q=x']) {
      for (const query of bad) {
        problem(
          await reader.get(`${list}${list.includes('?') ? '&' : '?'}${query}`),
          400,
          'invalid-parameter',
        );
      }
    }
    for (const view of ['all', '', 'POSTS', 'posts&view=posts']) {
      problem(await reader.get(`/v1/users/${reader.username}/posts?view=${view}`), 400, 'invalid-parameter');
    }
  },
);

add(
  'since inclusive, until exclusive for an instant and inclusive for a date, which means that whole UTC day',
  'instants of three posts as bounds, with offsets too, and the day of today',
  async (people) => {
    const rare = word();
    const posts: Awaited<ReturnType<typeof people.publish>>[] = [];
    for (const n of [1, 2, 3]) posts.unshift(await people.publish(`${rare} ${n}`));
    const [third, second, first] = posts;
    assert.ok(first && second && third);
    const found = async (more: string): Promise<string[]> =>
      (await people.nobody.page(`/v1/search/posts?q=${rare}&${more}`)).items.map(({ id }) => id);
    const ids = (some: typeof posts): string[] => some.map(({ id }) => id);
    const at = (one: typeof first): number => Date.parse(one.createdAt);
    const within = (from: number, to: number): string[] =>
      ids(posts.filter((one) => at(one) >= from && at(one) < to));
    assert.deepEqual(await found(`since=${second.createdAt}`), within(at(second), Infinity));
    assert.deepEqual(await found(`until=${second.createdAt}`), within(0, at(second)));
    const offset = new Date(at(second) + 7_200_000).toISOString().replace('Z', '%2B02:00');
    assert.deepEqual(await found(`since=${offset}&until=${third.createdAt}`), within(at(second), at(third)));
    const days = [first, third].map(({ createdAt }) => createdAt.slice(0, 10));
    assert.deepEqual(await found(`since=${days[0] ?? ''}&until=${days[1] ?? ''}`), ids(posts));
    assert.deepEqual(await found('until=2020-01-01'), []);
  },
);

add(
  'Default pages: 10 for timelines and lists of posts, 5 for a profile, 20 for people, notifications and search',
  'lists that are longer than their default page',
  async (people) => {
    const rare = word();
    for (let n = 0; n < 21; n += 1) await people.publish(`${rare} ${n}`);
    const size = async (list: string): Promise<number> => (await people.nobody.page(list)).items.length;
    assert.equal(await size('/v1/timelines/all'), 10);
    assert.equal(await size(`/v1/search/posts?q=${rare}`), 20);
    const posts = Math.min(people.quota, 6);
    const author = await people.person(posts);
    for (let n = 0; n < posts; n += 1) await author.publish(`one of ${posts}`);
    assert.equal(await size(`/v1/users/${author.username}/posts`), Math.min(posts, 5));
    // Other stories make people meanwhile.
    await soon(async () => {
      const names = await size(`/v1/search/users?q=${people.prefix}&limit=100`);
      assert.equal(await size(`/v1/search/users?q=${people.prefix}`), Math.min(names, 20));
    });
  },
);

add(
  "users/{username}/posts: the user's originals, reposts and quotes; with view=with-replies the originals and replies; five by default",
  'one post of each kind in both views; timelines/all leaves the reply out',
  async (people) => {
    const ada = await people.person(4);
    const other = await people.publish('of somebody else');
    const original = await ada.publish('an original');
    const repost = await ada.repost(other.id);
    const quote = await ada.quote(other.id, 'a quote');
    const reply = await ada.reply(other.id, 'a reply');
    const ids = async (path: string): Promise<string[]> =>
      (await people.nobody.page(path)).items.map(({ id }) => id);
    const profile = `/v1/users/${ada.username.toUpperCase()}/posts`;
    assert.deepEqual(await ids(profile), [quote.id, repost.id, original.id]);
    assert.deepEqual(await ids(`${profile}?view=posts`), [quote.id, repost.id, original.id]);
    assert.deepEqual(await ids(`${profile}?view=with-replies`), [reply.id, original.id]);
    const all = await ids(`/v1/timelines/all?limit=100&since=${original.createdAt}`);
    assert.deepEqual(
      all.filter((id) => [original, repost, quote, reply].some((one) => one.id === id)),
      [quote.id, repost.id, original.id],
    );
    problem(await people.nobody.get(`/v1/users/${people.name()}/posts`), 404, 'user-not-found');
  },
);
