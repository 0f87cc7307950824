import type { Client, PostBody, ProblemBody } from '../support/client.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

stories('the daily quota', () => {
  let world: World;
  let ada: Client;
  let bob: Client;

  beforeAll(async () => {
    world = await World.start({ POSTS_PER_DAY: '5' });
  });
  beforeEach(async () => {
    const suffix = Math.floor(performance.now() * 1000) % 10_000_000;
    [ada, bob] = await Promise.all([world.person(`a${suffix}`), world.person(`b${suffix}`)]);
  });
  afterAll(() => world.stop());

  it('50 posts at once: five are published, the rest refused', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => ada.post<ProblemBody>('/v1/posts', { text: `post ${n}` })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(refused).toHaveLength(45);
    for (const { body, headers } of refused) {
      expect(body.code).toBe('quota-exceeded');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await ada.get('/v1/me/quota')).body).toMatchObject({ limit: 5, used: 5, remaining: 0 });
    expect(await ada.walk(`/v1/users/${ada.username}/posts`)).toHaveLength(5);
    expect((await ada.get('/v1/me')).body).toMatchObject({ postsCount: 5 });
  });

  it('counts all four kinds, and nothing that was refused or made before', async () => {
    const post = await bob.publish('x');
    await ada.publish('1');
    await ada.quote(post.id, '2');
    await ada.reply(post.id, '3');
    await ada.repost(post.id);
    await ada.repost(post.id);
    expect((await ada.post('/v1/posts', { text: '' })).status).toBe(422);
    expect((await ada.post('/v1/posts', { text: '5' })).status).toBe(201);
    expect((await ada.put(`/v1/posts/${post.id}/repost`)).status).toBe(200);
    expect((await ada.post('/v1/posts', { text: '6' })).status).toBe(429);
  });

  it('is told on every answer of a publishing route', async () => {
    const first = await ada.post<PostBody>('/v1/posts', { text: '1' });
    expect(first.headers.get('ratelimit-policy')).toBe('"posts";q=5;w=86400');
    expect(first.headers.get('ratelimit')).toMatch(/^"posts";r=4;t=\d{1,5}$/);
    const refused = await ada.post('/v1/posts', { text: '' });
    expect(refused.headers.get('ratelimit')).toMatch(/^"posts";r=4;t=\d{1,5}$/);
  });

  it('a request sent again by its key gets the first answer and costs nothing', async () => {
    const key = { 'Idempotency-Key': 'once' };
    const first = await ada.post<PostBody>('/v1/posts', { text: 'once' }, key);
    await bob.repost(first.body.id);
    const again = await ada.post<PostBody>('/v1/posts', { text: 'once' }, key);
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const other = await ada.post<ProblemBody>('/v1/posts', { text: 'twice' }, key);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    expect(
      (await bob.post('/v1/posts', { text: 'once' }, key)).headers.get('idempotency-replayed'),
    ).toBeNull();
    expect((await ada.get('/v1/me/quota')).body).toMatchObject({ used: 1 });
  });

  it('20 requests at once under one key publish one post', async () => {
    const key = { 'Idempotency-Key': 'at-once' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ada.post<PostBody>('/v1/posts', { text: 'one' }, key)),
    );
    const fresh = answers.filter(
      ({ status, headers }) => status === 201 && !headers.has('idempotency-replayed'),
    );
    expect(fresh).toHaveLength(1);
    for (const { status, body } of answers) {
      if (status === 201) expect(body.id).toBe(fresh[0]?.body.id);
      else expect(status).toBe(409);
    }
    expect(await ada.walk(`/v1/users/${ada.username}/posts`)).toHaveLength(1);
  });

  it('after a refusal the key is free', async () => {
    const key = { 'Idempotency-Key': 'free' };
    expect((await ada.post('/v1/posts', { text: '' }, key)).status).toBe(422);
    expect((await ada.post('/v1/posts', { text: 'now proper' }, key)).status).toBe(201);
    for (const bad of ['', 'a b', 'é', 'x'.repeat(256)]) {
      const answer = await ada.post<ProblemBody>('/v1/posts', { text: 'x' }, { 'Idempotency-Key': bad });
      expect([bad.slice(0, 5), answer.status, answer.body.code]).toEqual([
        bad.slice(0, 5),
        400,
        'invalid-idempotency-key',
      ]);
    }
  });
});
