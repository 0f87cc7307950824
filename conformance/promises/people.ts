import assert from 'node:assert/strict';
import {
  type Client,
  good,
  type NotificationBody,
  type PageBody,
  problem,
  type UserBody,
} from '../client.ts';
import { soon } from '../soon.ts';
import { stories } from '../story.ts';

const add = stories('1. Rules of the domain');
export const PEOPLE = add.all;

type Notifications = PageBody<NotificationBody> & { readonly unreadCount: number };
const notificationsOf = (who: Client, query = ''): Promise<Notifications> =>
  who.read(`/v1/me/notifications${query}`);
const brief = ({ items }: Notifications): unknown[] =>
  items.map(({ type, actor, post }) => [type, actor.id, post?.id]);

add(
  'Mentions: @username standing alone, resolved against users who exist, case ignored, the first 10 in the order of the text',
  'names after letters, digits, @ and dots, before letters, twice, in another case, of nobody, and eleven of them',
  async (people) => {
    const some = await people.people(3);
    const [a = '', b = '', c = ''] = some.map(({ username }) => username);
    const nobody = people.name();
    const named = async (text: string): Promise<string[]> =>
      ((await (await people.author()).publish(text)).mentions ?? []).map(({ username }) => username);
    assert.deepEqual(await named(`@${b.toUpperCase()}, (@${a})! @${nobody} @${b}\n@${c}.`), [b, a, c]);
    assert.deepEqual(await named(`x@${a} 1@${a} é@${a} @@${a} mail.@${a} @${b}é @${b}_ _@${c}`), [b, c]);
    const many = [...some, ...(await people.people(8))].map(({ username }) => username);
    assert.deepEqual(await named(many.map((name) => `@${name}`).join(' ')), many.slice(0, 10));
  },
);

add(
  'The author of the post replied to is mentioned in any case',
  'a reply that names nobody, and one that names somebody else',
  async (people) => {
    const [ada, bob, cid] = await people.people(3, 2);
    assert.ok(ada && bob && cid);
    const post = await ada.publish('x');
    assert.deepEqual(
      (await bob.reply(post.id, 'y')).mentions?.map(({ id }) => id),
      [ada.id],
    );
    assert.deepEqual(
      (await bob.reply(post.id, `@${cid.username}`)).mentions?.map(({ id }) => id),
      [cid.id, ada.id],
    );
  },
);

add(
  'Notifications: follow (once for each pair, ever), reply, quote, mention, repost. One for each post and recipient: reply before quote before mention. Never to oneself',
  'all of them, with the causes twice; exactly these come, newest first, with the right post',
  async (people) => {
    const [ada, bob, cid] = await people.people(3, 5);
    assert.ok(ada && bob && cid);
    const post = await ada.publish(`to myself @${ada.username}`);
    await bob.follow(ada);
    good(await bob.delete(`/v1/me/following/${ada.username}`), 200);
    await bob.follow(ada);
    const reply = await bob.reply(post.id, `@${ada.username} @${cid.username}`);
    const quote = await bob.quote(post.id, `@${ada.username}`);
    await bob.repost(post.id);
    good(await bob.put(`/v1/posts/${post.id}/repost`), 200);
    const mention = await bob.publish(`@${ada.username} @${ada.username.toUpperCase()}`);
    await ada.reply(post.id, 'to myself');
    const expected = [
      ['mention', bob.id, mention.id],
      ['repost', bob.id, post.id],
      ['quote', bob.id, quote.id],
      ['reply', bob.id, reply.id],
      ['follow', bob.id, undefined],
    ];
    await soon(async () => assert.deepEqual(brief(await notificationsOf(ada)), expected));
    await soon(async () =>
      assert.deepEqual(brief(await notificationsOf(cid)), [['mention', bob.id, reply.id]]),
    );
    const page = await notificationsOf(ada);
    assert.deepEqual([page.unreadCount, page.items.some(({ read }) => read)], [5, false]);
    assert.deepEqual((await notificationsOf(bob)).items, []);
    const some = await notificationsOf(ada, '?types=reply,quote');
    assert.deepEqual([brief(some), some.unreadCount], [[expected[2], expected[3]], 5]);
    for (const types of ['likes', '', 'reply,,quote']) {
      problem(await ada.get(`/v1/me/notifications?types=${types}`), 400, 'invalid-parameter');
    }
  },
);

add(
  "PUT me/notifications/marker {lastReadId}: 200 {lastReadId, unreadCount}; never moves back; 422 at /lastReadId unless it is one of the reader's",
  'the marker forward and back; ids of others, of a post and of nothing',
  async (people) => {
    const [ada, bob, cid] = await people.people(3, 3);
    assert.ok(ada && bob && cid);
    for (const n of [1, 2, 3]) await bob.publish(`@${ada.username} ${n}`);
    const post = await cid.publish(`@${bob.username}`);
    await soon(async () => assert.equal((await notificationsOf(ada)).items.length, 3));
    await soon(async () => assert.equal((await notificationsOf(bob)).items.length, 1));
    const [, middle, oldest] = (await notificationsOf(ada)).items;
    const mark = (lastReadId: unknown): ReturnType<Client['put']> =>
      ada.put('/v1/me/notifications/marker', { lastReadId });
    for (const id of [middle?.id, oldest?.id, middle?.id]) {
      assert.deepEqual(good(await mark(id), 200), { lastReadId: middle?.id, unreadCount: 1 });
    }
    assert.deepEqual(
      (await notificationsOf(ada)).items.map(({ read }) => read),
      [false, true, true],
    );
    const [others] = (await notificationsOf(bob)).items;
    for (const bad of [others?.id, post.id, 'x', 1, null, {}, undefined]) {
      const { errors } = problem(await mark(bad), 422, 'validation-failed');
      assert.deepEqual(
        errors?.map(({ pointer }) => pointer),
        ['/lastReadId'],
      );
    }
  },
);

add(
  'Follow: not oneself (422 self-follow); following twice and unfollowing twice change nothing and answer 200',
  'twice each, in another case, of oneself and of nobody; 20 at once; lists and counters agree',
  async (people) => {
    const [ada, bob] = await people.people(2);
    assert.ok(ada && bob);
    await bob.follow(ada);
    const path = `/v1/me/following/${bob.username}`;
    for (const one of [path, path, `/v1/me/following/${bob.username.toUpperCase()}`]) {
      assert.deepEqual(good(await ada.put(one), 200), { following: true, followedBy: true });
    }
    for (const _ of [1, 2])
      assert.deepEqual(good(await ada.delete(path), 200), { following: false, followedBy: true });
    for (const method of ['PUT', 'DELETE']) {
      problem(await ada.send(method, `/v1/me/following/${ada.username}`), 422, 'self-follow');
      problem(await ada.send(method, `/v1/me/following/${people.name()}`), 404, 'user-not-found');
    }
    await Promise.all(Array.from({ length: 20 }, (_, n) => ada.send(n % 3 ? 'PUT' : 'DELETE', path)));
    await ada.follow(bob);
    await soon(async () => {
      const followers = await ada.walk<UserBody>(`/v1/users/${bob.username}/followers`);
      const following = await bob.walk<UserBody>(`/v1/users/${ada.username}/following`);
      assert.deepEqual([followers.map(({ id }) => id), following.map(({ id }) => id)], [[ada.id], [bob.id]]);
      const { followersCount } = await bob.read<UserBody>('/v1/me');
      const { followingCount } = await ada.read<UserBody>('/v1/me');
      assert.deepEqual([followersCount, followingCount], [1, 1]);
    });
  },
);

add(
  'Following someone shows their earlier posts on the next read, unfollowing removes them on the next read',
  'timelines/following after each of four follows and unfollows, with replies left out',
  async (people) => {
    const [reader, bob, cid] = await people.people(3, 3);
    assert.ok(reader && bob && cid);
    const first = await bob.publish('of bob');
    const second = await cid.publish('of cid');
    await cid.reply(first.id, 'a reply is in no timeline');
    const third = await bob.repost(second.id);
    const read = async (): Promise<string[]> =>
      (await reader.page('/v1/timelines/following')).items.map(({ id }) => id);
    assert.deepEqual(await read(), []);
    await reader.follow(bob);
    assert.deepEqual(await read(), [third.id, first.id]);
    await reader.follow(cid);
    assert.deepEqual(await read(), [third.id, second.id, first.id]);
    good(await reader.delete(`/v1/me/following/${bob.username}`), 200);
    assert.deepEqual(await read(), [second.id]);
    good(await reader.delete(`/v1/me/following/${cid.username}`), 200);
    assert.deepEqual(await read(), []);
  },
);
