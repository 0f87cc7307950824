import type { Client, PageBody, PostBody, ProblemBody } from '../support/client.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

stories('timelines', () => {
  let world: World;
  let ada: Client;
  let bob: Client;
  let cid: Client;
  const written: PostBody[] = [];

  beforeAll(async () => {
    world = await World.start();
    [ada, bob, cid] = await Promise.all([world.person('ada'), world.person('bob'), world.person('cid')]);
    for (let n = 0; n < 12; n += 1) written.unshift(await ada.publish(`ada ${n}`));
    for (let n = 0; n < 3; n += 1) written.unshift(await bob.publish(`bob ${n}`));
    await cid.reply(written[0]?.id ?? '', 'a reply is in no timeline');
  });
  afterAll(() => world.stop());

  const ids = (posts: readonly { id: string }[]) => posts.map(({ id }) => id);

  it('the one of all shows every post but replies, newest first, ten at a time', async () => {
    const first = await cid.page('/v1/timelines/all');
    expect(ids(first.items)).toEqual(ids(written.slice(0, 10)));
    expect(first.page).toEqual({ next: expect.any(String), prev: expect.any(String), hasMore: true });
    const second = await cid.page('/v1/timelines/all', first.page.next);
    expect(ids(second.items)).toEqual(ids(written.slice(10)));
    expect(second.page).toEqual({ prev: expect.any(String), hasMore: false });
    expect(ids((await cid.page('/v1/timelines/all', second.page.prev)).items)).toEqual(
      ids(written.slice(0, 10)),
    );
  });

  it('the Link header says the same', async () => {
    const { headers, body } = await cid.get<PageBody<PostBody>>('/v1/timelines/all?limit=3');
    const links = headers.get('link') ?? '';
    const next = /<([^>]+)>; rel="next"/.exec(links)?.[1] ?? '';
    const { body: second } = await cid.get<PageBody<PostBody>>(
      new URL(next, world.url).href.slice(world.url.length),
    );
    expect(ids(second.items)).toEqual(ids(written.slice(3, 6)));
    expect(links).toContain(encodeURIComponent(body.page.prev));
  });

  it('new posts do not shift pages, and prev finds them', async () => {
    const first = await cid.page('/v1/timelines/all?limit=4');
    const fresh = [await ada.publish('fresh 1'), await bob.publish('fresh 2')];
    const second = await cid.page('/v1/timelines/all?limit=4', first.page.next);
    expect(ids(second.items)).toEqual(ids(written.slice(4, 8)));
    const newer = await cid.page('/v1/timelines/all?limit=1', first.page.prev);
    expect(ids(newer.items)).toEqual([fresh[0]?.id]);
    expect(newer.page.hasMore).toBe(true);
    const newest = await cid.page('/v1/timelines/all', newer.page.prev);
    expect(ids(newest.items)).toEqual([fresh[1]?.id]);
    const none = await cid.page('/v1/timelines/all', newest.page.prev);
    expect(none.items).toEqual([]);
    const after = await ada.publish('fresh 3');
    expect(ids((await cid.page('/v1/timelines/all', none.page.prev)).items)).toEqual([after.id]);
    written.unshift(after, ...fresh.toReversed());
  });

  it('the one of people followed changes with every follow and unfollow', async () => {
    expect((await world.anonymous().get('/v1/timelines/following')).status).toBe(401);
    expect((await cid.page('/v1/timelines/following')).items).toEqual([]);
    await cid.follow('BOB');
    const bobs = written.filter(({ author }) => author.username === 'bob');
    expect(ids(await cid.walk('/v1/timelines/following?limit=2'))).toEqual(ids(bobs));
    await cid.follow('ada');
    expect(ids(await cid.walk('/v1/timelines/following?limit=7'))).toEqual(ids(written));
    await cid.unfollow('bob');
    const adas = written.filter(({ author }) => author.username === 'ada');
    expect(ids(await cid.walk('/v1/timelines/following'))).toEqual(ids(adas));
  });

  it("a profile's feeds: posts, or originals and replies", async () => {
    const post = await cid.publish('an original');
    const repost = await cid.repost(written[0]?.id ?? '');
    const quote = await cid.quote(written[1]?.id ?? '', 'a quote');
    const reply = await cid.reply(post.id, 'a reply');
    const posts = await ada.walk('/v1/users/CID/posts?limit=2');
    expect(ids(posts)).toEqual([quote.id, repost.id, post.id]);
    const withReplies = await ada.walk('/v1/users/cid/posts?view=with-replies');
    expect(ids(withReplies).slice(0, 2)).toEqual([reply.id, post.id]);
    expect(withReplies.every(({ kind }) => kind === 'original' || kind === 'reply')).toBe(true);
    expect((await ada.get(`/v1/users/cid`)).body).toMatchObject({ postsCount: 3 });
    expect((await ada.get<ProblemBody>('/v1/users/nobody/posts')).body.code).toBe('user-not-found');
    expect((await ada.page('/v1/users/ada/posts')).items).toHaveLength(5);
  });

  it('since and until bound a list', async () => {
    const at = (n: number) => written[n]?.createdAt ?? '';
    const range = `since=${at(9)}&until=${at(2)}`;
    const found = ids(await cid.walk(`/v1/timelines/all?limit=2&${range}`));
    const expected = written.filter(({ createdAt }) => createdAt >= at(9) && createdAt < at(2));
    expect(found).toEqual(ids(expected));
    const day = at(0).slice(0, 10);
    const ofDay = await cid.walk(`/v1/timelines/all?limit=100&since=${day}&until=${day}`);
    expect(ids(ofDay)).toEqual(expect.arrayContaining(ids(written)));
    const backwards = await cid.get<ProblemBody>(`/v1/timelines/all?since=${at(2)}&until=${at(9)}`);
    expect([backwards.status, backwards.body.code]).toEqual([400, 'invalid-parameter']);
  });

  it('a cursor is good for its list, filters and reader only, with any limit', async () => {
    const { page } = await cid.page('/v1/timelines/all?limit=2');
    expect((await cid.page('/v1/timelines/all?limit=5', page.next)).items).toHaveLength(5);
    const altered = `${page.next?.slice(0, -1)}${page.next?.endsWith('A') ? 'B' : 'A'}`;
    for (const path of [
      `/v1/users?cursor=${page.next}`,
      `/v1/timelines/all?since=2020-01-01&cursor=${page.next}`,
      `/v1/timelines/all?cursor=${altered}`,
      `/v1/timelines/all?cursor=x`,
    ]) {
      const { status, body } = await cid.get<ProblemBody>(path);
      expect([path, status, body.code]).toEqual([path, 400, 'invalid-cursor']);
    }
    await bob.follow('ada');
    const own = (await bob.page('/v1/timelines/following?limit=2')).page.next;
    expect((await cid.get(`/v1/timelines/following?cursor=${own}`)).status).toBe(400);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=',
    'limit=1.5',
    'limit=1&limit=2',
    'since=yesterday',
    'until=2026-02-30',
  ])('a bad parameter is refused: %s', async (query) => {
    const { status, body } = await cid.get<ProblemBody>(`/v1/timelines/all?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid-parameter']);
  });

  it('a bad view is refused', async () => {
    expect((await cid.get<ProblemBody>('/v1/users/ada/posts?view=all')).body.code).toBe('invalid-parameter');
  });
});
