import type { Client, NotificationBody, PageBody, ProblemBody, UserBody } from '../support/client.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

type NotificationPage = PageBody<NotificationBody> & { unreadCount: number };

stories('people', () => {
  let world: World;
  let ada: Client;
  let bob: Client;
  let cid: Client;

  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(async () => {
    const n = Math.floor(performance.now() * 100) % 100_000_000;
    ada = await world.person(`Ada${n}`);
    bob = await world.person(`bob${n}`);
    cid = await world.person(`cid${n}`);
  });
  afterAll(() => world.stop());

  describe('profiles', () => {
    it('say how the reader and the user stand to each other, only to readers who are known', async () => {
      await ada.follow(bob.username.toUpperCase());
      const path = `/v1/users/${bob.username}`;
      expect((await ada.get(path)).body).toMatchObject({
        followersCount: 1,
        viewer: { following: true, followedBy: false },
      });
      expect((await world.anonymous().get(path)).body).not.toHaveProperty('viewer');
      expect((await bob.get(`/v1/users/${ada.username}`)).body).toMatchObject({
        followingCount: 1,
        viewer: { following: false, followedBy: true },
      });
      const missing = await ada.get<ProblemBody>('/v1/users/no-such-user');
      expect(missing.body).toMatchObject({ status: 404, code: 'user-not-found' });
    });

    it('are changed by their owners; a new name is at once everywhere', async () => {
      const post = await bob.publish(`hello @${ada.username}`);
      const renamed = `New${ada.username}`.slice(0, 14);
      const { status, body } = await ada.patch<UserBody>('/v1/me', {
        username: renamed,
        bio: ' Notes\r\n ',
        displayName: 'A',
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ username: renamed, bio: 'Notes', displayName: 'A' });
      expect((await bob.get(`/v1/users/${ada.username}`)).status).toBe(404);
      expect((await bob.get(`/v1/posts/${post.id}`)).body).toMatchObject({
        mentions: [{ username: renamed }],
      });
      expect((await bob.patch<ProblemBody>('/v1/me', { username: renamed.toUpperCase() })).body.code).toBe(
        'username-taken',
      );
      expect((await ada.patch<UserBody>('/v1/me', { bio: '' })).body).not.toHaveProperty('bio');
      expect((await ada.patch<UserBody>('/v1/me', {})).body.username).toBe(renamed);
      for (const bad of [
        { username: 'a b' },
        { bio: 'x'.repeat(161) },
        { displayName: '' },
        { bio: null },
        { id: 'x' },
      ]) {
        expect([bad, (await ada.patch(`/v1/me`, bad)).status]).toEqual([bad, 422]);
      }
    });

    it('are listed newest first and found by the beginning of the name', async () => {
      const users = await ada.page<UserBody>('/v1/users?limit=3');
      expect(users.items.map(({ id }) => id)).toEqual([cid, bob, ada].map(({ user }) => user?.id));
      const q = bob.username.slice(0, 8).toUpperCase();
      const found = await ada.page<UserBody>(`/v1/search/users?q=${q}`);
      expect(found.items.map(({ username }) => username)).toContain(bob.username);
      expect((await ada.page<UserBody>('/v1/search/users?q=%25')).items).toEqual([]);
      expect((await ada.get('/v1/search/users?q=')).status).toBe(400);
    });
  });

  describe('following', () => {
    it('is idempotent both ways, never of oneself, and shows in lists and counts', async () => {
      const path = `/v1/me/following/${bob.username}`;
      for (const _ of [1, 2]) {
        expect(await ada.put(path)).toMatchObject({
          status: 200,
          body: { following: true, followedBy: false },
        });
      }
      await cid.follow(bob.username);
      await bob.follow(ada.username);
      const followers = await ada.walk<UserBody>(`/v1/users/${bob.username}/followers?limit=1`);
      expect(followers.map(({ username }) => username)).toEqual([cid.username, ada.username]);
      expect(followers[1]?.viewer).toEqual({ following: false, followedBy: false });
      const following = await ada.walk<UserBody>(`/v1/users/${ada.username}/following`);
      expect(following.map(({ username }) => username)).toEqual([bob.username]);
      for (const _ of [1, 2]) {
        expect(await ada.delete(path)).toMatchObject({
          status: 200,
          body: { following: false, followedBy: true },
        });
      }
      expect((await bob.get('/v1/me')).body).toMatchObject({ followersCount: 1, followingCount: 1 });
      for (const method of ['PUT', 'DELETE']) {
        const self = await ada.send<ProblemBody>(method, `/v1/me/following/${ada.username}`);
        expect(self.body).toMatchObject({ status: 422, code: 'self-follow' });
        expect((await ada.send(method, '/v1/me/following/nobody')).status).toBe(404);
      }
    });

    it('100 follows and unfollows at once: counts equal lists', async () => {
      await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          n % 3
            ? ada.put(`/v1/me/following/${bob.username}`)
            : ada.delete(`/v1/me/following/${bob.username}`),
        ),
      );
      const followers = await ada.walk(`/v1/users/${bob.username}/followers`);
      const following = await ada.walk(`/v1/users/${ada.username}/following`);
      expect((await bob.get('/v1/me')).body).toMatchObject({ followersCount: followers.length });
      expect((await ada.get('/v1/me')).body).toMatchObject({ followingCount: following.length });
      expect(followers).toHaveLength(following.length);
    });
  });

  describe('notifications', () => {
    const notifications = async (of: Client, query = ''): Promise<NotificationPage> => {
      await world.settle();
      return (await of.get<NotificationPage>(`/v1/me/notifications${query}`)).body;
    };
    const brief = ({ items }: NotificationPage) =>
      items.map(({ type, actor, post }) => [type, actor.username, post?.id]);

    it('tell of follows, replies, quotes, mentions and reposts, once each, never of oneself', async () => {
      const post = await ada.publish(`to myself @${ada.username}`);
      await bob.follow(ada.username);
      await bob.unfollow(ada.username);
      await bob.follow(ada.username);
      const reply = await bob.reply(post.id, `@${ada.username} @${cid.username}`);
      const quote = await bob.quote(post.id, `@${ada.username}`);
      await bob.repost(post.id);
      await bob.repost(post.id);
      const mention = await bob.publish(`@${ada.username} @${ada.username}`);
      const page = await notifications(ada);
      expect(brief(page)).toEqual([
        ['mention', bob.username, mention.id],
        ['repost', bob.username, post.id],
        ['quote', bob.username, quote.id],
        ['reply', bob.username, reply.id],
        ['follow', bob.username, undefined],
      ]);
      expect(page.unreadCount).toBe(5);
      expect(brief(await notifications(cid))).toEqual([['mention', bob.username, reply.id]]);
      expect((await notifications(bob)).items).toEqual([]);
    });

    it('are read up to a marker that never moves back', async () => {
      for (let n = 0; n < 3; n += 1) await bob.publish(`@${ada.username} ${n}`);
      const { items } = await notifications(ada);
      const [newest, middle, oldest] = items;
      const mark = (lastReadId: unknown) =>
        ada.put<ProblemBody>('/v1/me/notifications/marker', { lastReadId });
      expect((await mark(middle?.id)).body).toEqual({ lastReadId: middle?.id, unreadCount: 1 });
      expect((await mark(oldest?.id)).body).toEqual({ lastReadId: middle?.id, unreadCount: 1 });
      const page = await notifications(ada);
      expect(page.items.map(({ read }) => read)).toEqual([false, true, true]);
      await cid.publish(`@${bob.username}`);
      const [others] = (await notifications(bob)).items;
      for (const bad of [others?.id, newest?.post?.id, 'x', 1, undefined]) {
        const { status, body } = await mark(bad);
        expect([bad, status, body.errors?.[0]?.pointer]).toEqual([bad, 422, '/lastReadId']);
      }
    });

    it('come by type and page by page', async () => {
      await bob.follow(ada.username);
      for (let n = 0; n < 3; n += 1) await bob.publish(`@${ada.username} ${n}`);
      const mentions = await notifications(ada, '?types=mention,reply&limit=2');
      expect(mentions.items.map(({ type }) => type)).toEqual(['mention', 'mention']);
      expect(mentions.page.hasMore).toBe(true);
      expect(mentions.unreadCount).toBe(4);
      const rest = await notifications(ada, `?types=reply,mention&cursor=${mentions.page.next}`);
      expect(rest.items).toHaveLength(1);
      expect(
        (await ada.get<ProblemBody>(`/v1/me/notifications?cursor=${mentions.page.next}`)).body.code,
      ).toBe('invalid-cursor');
      for (const types of ['likes', '', 'mention,,reply']) {
        expect([types, (await ada.get(`/v1/me/notifications?types=${types}`)).status]).toEqual([types, 400]);
      }
    });
  });

  describe('search', () => {
    it('finds posts by their words, of an author, within dates', async () => {
      const word = `w${ada.username.toLowerCase()}`;
      const first = await ada.publish(`The ${word} café`);
      const second = await bob.quote(first.id, `${word} again`);
      await cid.repost(first.id);
      const find = async (query: string) =>
        (await ada.page(`/v1/search/posts?q=${encodeURIComponent(query.replace('W', word))}`)).items.map(
          ({ id }) => id,
        );
      expect(await find('W')).toEqual([second.id, first.id]);
      expect(await find('W CAFE')).toEqual([first.id]);
      expect(await find('"W again"')).toEqual([second.id]);
      expect(await find('W OR again')).toEqual([]);
      expect(await find('!?')).toEqual([]);
      const only = (more: string) => ada.page(`/v1/search/posts?q=${word}&${more}`);
      expect((await only(`author=${bob.username.toUpperCase()}`)).items.map(({ id }) => id)).toEqual([
        second.id,
      ]);
      expect((await only('author=nobody')).items).toEqual([]);
      expect((await only(`until=${first.createdAt}`)).items).toEqual([]);
      expect((await only('since=2020-01-01&limit=1')).page.hasMore).toBe(true);
      for (const bad of ['', 'q=', `q=${'x'.repeat(101)}`, 'q=a&q=b']) {
        expect([bad, (await ada.get(`/v1/search/posts?${bad}`)).status]).toEqual([bad, 400]);
      }
      expect(
        (await ada.get(`/v1/search/posts?q=${encodeURIComponent('\u{1f600}'.repeat(100))}`)).status,
      ).toBe(200);
    });
  });
});
