import { UnexpectedResponse } from '../src/main.js';
import { publish, rejection, World } from './world.js';

const BUSY = { status: 503, headers: { 'Retry-After': '1' } };

describe('what may be sent again', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(() => {
    world.front.forget();
  });
  afterAll(() => world.stop());

  it('is published once, whatever was lost', async () => {
    const { client, username } = await world.person();
    world.front.faults.set('/v1/posts', ['lost', 'unanswered', 'unanswered']);
    const { data, response } = await client.POST('/v1/posts', { body: { text: 'once' } });
    expect(response.headers.get('Idempotency-Replayed')).toBe('true');
    expect(world.front.count('POST /v1/posts')).toBe(4);

    const list = { params: { path: { username } } };
    const { items } = (await client.GET('/v1/users/{username}/posts', list)).data;
    expect(items.map(({ id }) => id)).toEqual([data.id]);
    // Each call is another post.
    await publish(client, 'once');
    expect((await client.GET('/v1/users/{username}/posts', list)).data.items).toHaveLength(2);
  });

  it('goes under the key that is given', async () => {
    const { client } = await world.person();
    const init = { params: { header: { 'Idempotency-Key': 'mine' } }, body: { text: 'mine' } };
    const first = await client.POST('/v1/posts', init);
    expect((await client.POST('/v1/posts', init)).data).toEqual(first.data);
    const other = client.POST('/v1/posts', { ...init, body: { text: 'other' } });
    expect(await rejection(other)).toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('waits as long as it is told to', async () => {
    const { client } = await world.person();
    world.front.faults.set('/v1/timelines/all', [BUSY]);
    const from = performance.now();
    await client.GET('/v1/timelines/all');
    expect(performance.now() - from).toBeGreaterThanOrEqual(990);
    expect(world.front.count('GET /v1/timelines/all')).toBe(2);
  });

  it('is given up when that is too long, or too often', async () => {
    const { client } = await world.person({ longestWait: 5 });
    world.front.faults.set('/v1/timelines/all', [{ status: 503, headers: { 'Retry-After': '6' } }]);
    const refused = await rejection(client.GET('/v1/timelines/all'));
    expect(refused).toBeInstanceOf(UnexpectedResponse);
    expect(refused).toMatchObject({ status: 503, retryAfter: 6 });

    world.front.faults.set('/v1/timelines/all', ['lost', 'lost', 'lost', 'lost']);
    expect(await rejection(client.GET('/v1/timelines/all'))).toMatchObject({ name: 'TypeError' });
    expect(world.front.count('GET /v1/timelines/all')).toBe(5);
  });

  it('is not what might then happen twice', async () => {
    const { client } = await world.person();
    world.front.faults.set('/v1/me', ['unanswered']);
    expect(await rejection(client.PATCH('/v1/me', { body: { bio: 'new' } }))).toMatchObject({
      name: 'TypeError',
    });
    world.front.faults.set('/v1/auth/register', ['unanswered']);
    expect(await rejection(world.person())).toMatchObject({ name: 'TypeError' });
    expect(world.front.seen).toEqual(['POST /v1/auth/register', 'PATCH /v1/me', 'POST /v1/auth/register']);
  });

  it('stops waiting when its caller does', async () => {
    const { client } = await world.person();
    world.front.faults.set('/v1/timelines/all', [{ status: 503, headers: { 'Retry-After': '20' } }]);
    const signal = AbortSignal.timeout(300);
    expect(await rejection(client.GET('/v1/timelines/all', { signal }))).toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('is not what a quota refuses, and is what a limit of requests does', async () => {
    const strict = await World.start({ POSTS_PER_DAY: '1', RATE_LIMIT_PER_MINUTE: '20' });
    try {
      const { client } = await strict.person();
      await publish(client, 'the only one');
      expect(await rejection(publish(client, 'one more'))).toMatchObject({ code: 'quota-exceeded' });
      expect(strict.front.count('POST /v1/posts')).toBe(2);

      const hurried = { ...strict.client({ longestWait: 0 }) };
      let limited: unknown;
      for (let n = 0; n < 25 && limited === undefined; n += 1)
        await hurried.GET('/v1/timelines/all').catch((error: unknown) => (limited = error));
      expect(limited).toMatchObject({ code: 'rate-limited', retryAfter: expect.any(Number) });
    } finally {
      await strict.stop();
    }
  });
});
