import { type Post, PosterrProblem, type User } from '../src/main.js';
import { PASSWORD, publish, rejection, World } from './world.js';

describe('calls', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ POSTS_PER_DAY: '60' });
  });
  afterAll(() => world.stop());

  it('answers what was asked for, typed', async () => {
    const { client, username } = await world.person();
    const { data, response } = await client.POST('/v1/posts', { body: { text: 'hello' } });
    const post: Post = data;
    expect(post).toMatchObject({ kind: 'original', text: 'hello', author: { username } });
    expect(response.headers.get('Location')).toBe(`/v1/posts/${post.id}`);

    const user: User = (await client.GET('/v1/users/{username}', { params: { path: { username } } })).data;
    expect(user.postsCount).toBe(1);
    // @ts-expect-error: the document has no such path
    await rejection(client.GET('/v1/nothing'));
    // @ts-expect-error: the text is missing
    await rejection(client.POST('/v1/posts', { body: {} }));
  });

  it('writes lists of values as Posterr reads them', async () => {
    const { client } = await world.person();
    const ids = [await publish(client, 'one'), await publish(client, 'two')];
    const { data } = await client.GET('/v1/posts', { params: { query: { ids } } });
    expect(data.items.map(({ id }) => id)).toEqual(ids);
  });

  it('throws what is refused, by its code', async () => {
    const { client, username } = await world.person();
    const tooLong = await rejection(client.POST('/v1/posts', { body: { text: 'x'.repeat(778) } }));
    expect(tooLong).toBeInstanceOf(PosterrProblem);
    expect(tooLong).toMatchObject({ code: 'validation-failed', status: 422 });
    expect((tooLong as PosterrProblem).errors[0]?.pointer).toBe('/text');

    const params = { path: { username } };
    expect(await rejection(client.PUT('/v1/me/following/{username}', { params }))).toMatchObject({
      code: 'self-follow',
    });
    expect(await rejection(world.client().GET('/v1/me'))).toMatchObject({
      code: 'invalid-token',
      status: 401,
    });
    const wrong = world.client().login({ username, password: `not ${PASSWORD}` });
    expect(await rejection(wrong)).toMatchObject({ code: 'invalid-credentials' });
  });

  it('walks lists to their end, page after page, each item once', async () => {
    const { client, username } = await world.person();
    const ids: string[] = [];
    for (let n = 0; n < 23; n += 1) ids.unshift(await publish(client, `${n}`));
    const init = { params: { path: { username }, query: { limit: 5 } } };

    const walked: string[] = [];
    for await (const post of client.items('/v1/users/{username}/posts', init)) walked.push(post.id);
    expect(walked).toEqual(ids);

    const sizes: number[] = [];
    for await (const page of client.pages('/v1/users/{username}/posts', init)) sizes.push(page.items.length);
    expect(sizes).toEqual([5, 5, 5, 5, 3]);
  });

  it('asks for no page that nobody came to', async () => {
    const { client } = await world.person();
    for (let n = 0; n < 5; n += 1) await publish(client, `${n}`);
    world.front.forget();
    const seen: string[] = [];
    for await (const post of client.items('/v1/timelines/all', { params: { query: { limit: 2 } } })) {
      seen.push(post.id);
      if (seen.length === 3) break;
    }
    expect(world.front.count('GET /v1/timelines/all')).toBe(2);
    // Without anything to say, nothing needs to be said.
    for await (const page of client.pages('/v1/timelines/all')) {
      expect(page.items).toHaveLength(10);
      break;
    }
  });

  it('ends when it is told to', async () => {
    const stop = AbortSignal.abort(new Error('no more'));
    expect(await rejection(world.client().GET('/v1/timelines/all', { signal: stop }))).toEqual(stop.reason);
  });
});
