import type { Client, ProblemBody } from '../support/client.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

const LIMIT = 60 * 1_000;

stories('the conventions of HTTP', () => {
  let world: World;
  let ada: Client;
  let nobody: Client;

  beforeAll(async () => {
    world = await World.start({ RATE_LIMIT_PER_MINUTE: String(LIMIT), POSTS_PER_DAY: '50' });
    ada = await world.person('ada');
    nobody = world.anonymous();
  });
  afterAll(() => world.stop());

  it.each([
    ['malformed JSON', '{"text":', {}, 400, 'malformed-request'],
    ['__proto__', '{"text":"x","__proto__":{"a":1}}', {}, 400, 'malformed-request'],
    ['constructor.prototype', '{"text":"x","constructor":{"prototype":{}}}', {}, 400, 'malformed-request'],
    ['an array', '[]', {}, 422, 'validation-failed'],
    ['null', 'null', {}, 422, 'validation-failed'],
    ['a string', '"x"', {}, 422, 'validation-failed'],
    ['nothing', '', {}, 422, 'validation-failed'],
    ['a deep body', `{"text":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, {}, 422, 'validation-failed'],
    [
      'a deep body under a key',
      `{"text":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
      { 'Idempotency-Key': 'deep' },
      422,
      'validation-failed',
    ],
    ['too large a body', JSON.stringify({ text: 'x'.repeat(65_536) }), {}, 413, 'payload-too-large'],
    [
      'a form',
      'text=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported-media-type',
    ],
    ['plain text', 'x', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['a property of all objects', '{"text":"x","toString":"y"}', {}, 422, 'validation-failed'],
  ])('a body that cannot be: %s', async (_, body, headers, status, code) => {
    const answer = await ada.send<ProblemBody>('POST', '/v1/posts', { body, headers });
    expect(answer.body).toMatchObject({ status, code, instance: '/v1/posts' });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('x-request-id')).toBe(answer.body.requestId);
    expect(answer.headers.get('ratelimit-policy')).toBe(`"default";q=${LIMIT};w=60, "posts";q=50;w=86400`);
    expect(answer.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+, "posts";r=50;t=\d+$/);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.js|sqlite|TypeError|SyntaxError|FST_/i);
  });

  it.each([
    ['GET', '/v1/nothing', 404, 'not-found'],
    ['GET', '/', 404, 'not-found'],
    ['POST', '/v1/timelines/all', 405, 'method-not-allowed'],
    ['DELETE', '/v1/me', 405, 'method-not-allowed'],
    ['GET', '/v1/auth/login', 405, 'method-not-allowed'],
    ['GET', '/v1/posts/x', 400, 'invalid-parameter'],
    ['GET', "/v1/posts/'%20OR%201=1", 400, 'invalid-parameter'],
    ['GET', '/v1/posts/0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f', 404, 'post-not-found'],
    ['GET', '/v1/users/%00', 404, 'user-not-found'],
    ['GET', `/v1/users/${'x'.repeat(500)}`, 404, 'user-not-found'],
    ['GET', '/v1/%zz', 400, 'malformed-request'],
  ])('a way that leads nowhere: %s %s', async (method, path, status, code) => {
    const answer = await ada.send<ProblemBody>(method, path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('allow') !== null).toBe(status === 405);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('ids in upper case are the same', async () => {
    const { id } = await ada.publish('x');
    expect((await ada.get(`/v1/posts/${id.toUpperCase()}`)).status).toBe(200);
  });

  it('every GET can be revalidated, and says who may keep it', async () => {
    const anonymous = await nobody.get('/v1/timelines/all');
    const etag = anonymous.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    expect(anonymous.headers.get('cache-control')).toBe('public, max-age=5');
    expect(anonymous.headers.get('vary')).toContain('Authorization');
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await nobody.get('/v1/timelines/all', { 'if-none-match': tags });
      expect([tags, again.status, again.body, again.headers.get('etag')]).toEqual([tags, 304, '', etag]);
      expect(again.headers.get('cache-control')).toBe('public, max-age=5');
    }
    await ada.publish('something new');
    expect((await nobody.get('/v1/timelines/all', { 'if-none-match': etag })).status).toBe(200);
    const own = await ada.get('/v1/timelines/all');
    expect(own.headers.get('cache-control')).toBe('private, no-cache');
    expect(own.headers.get('vary')).toContain('Authorization');
    expect((await nobody.get('/v1/me')).headers.get('cache-control')).toBe('no-store');
    for (const path of ['/openapi.json', '/health/live', '/.well-known/jwks.json', '/metrics']) {
      expect([path, (await nobody.get(path)).headers.has('etag')]).toEqual([path, true]);
    }
  });

  it('whoever is anonymous sees every write at once, however often they read before', async () => {
    const read = async (path: string) => (await nobody.get<{ items: { id: string }[] }>(path)).body;
    for (let n = 0; n < 3; n += 1) {
      const { id } = await ada.publish(`seen at once ${n}`);
      for (const _ of [1, 2, 3]) expect((await read('/v1/timelines/all')).items[0]?.id).toBe(id);
      const name = `ada${n}`;
      await ada.patch('/v1/me', { username: name });
      for (const _ of [1, 2])
        expect(await read(`/v1/posts/${id}`)).toMatchObject({ author: { username: name } });
    }
  });

  it('HEAD answers as GET does, without the body', async () => {
    const get = await nobody.get('/v1/users');
    const head = await nobody.send('HEAD', '/v1/users');
    expect([head.status, head.body]).toEqual([200, '']);
    for (const name of ['etag', 'content-type', 'content-length', 'cache-control', 'link']) {
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
    }
    expect((await nobody.send('HEAD', '/v1/posts/0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f')).status).toBe(404);
  });

  it('a request id is taken over when it is a plain word', async () => {
    const of = async (id: string) =>
      (await nobody.get('/v1/users', { 'x-request-id': id })).headers.get('x-request-id');
    expect(await of('my-request.1_A')).toBe('my-request.1_A');
    for (const bad of ['a b', 'x'.repeat(129), '<script>', 'a"b']) expect(await of(bad)).not.toBe(bad);
  });

  it('pages of other origins may read, and ask before they write', async () => {
    const origin = { origin: 'https://example.org' };
    const { headers } = await nobody.get('/v1/users', origin);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    for (const name of [
      'Link',
      'ETag',
      'Location',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'X-Request-Id',
      'Idempotency-Replayed',
    ]) {
      expect(headers.get('access-control-expose-headers')?.split(/, */)).toContain(name);
    }
    const preflight = await nobody.send('OPTIONS', '/v1/posts', {
      headers: {
        ...origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    const plain = await nobody.send('OPTIONS', '/v1/posts');
    expect([plain.status, plain.headers.get('allow')?.split(', ').toSorted()]).toEqual([
      204,
      ['GET', 'HEAD', 'OPTIONS', 'POST'],
    ]);
  });

  it('only the origins configured may read', async () => {
    const strict = await World.start({ CORS_ORIGINS: 'https://a.example,https://b.example' });
    try {
      const of = async (origin: string) => (await strict.anonymous().get('/v1/users', { origin })).headers;
      const allowed = await of('https://b.example');
      expect(allowed.get('access-control-allow-origin')).toBe('https://b.example');
      expect(allowed.get('vary')?.split(/, */).toSorted()).toEqual(['Authorization', 'Origin']);
      expect((await of('https://c.example')).get('access-control-allow-origin')).toBeNull();
    } finally {
      await strict.stop();
    }
  });

  it('nothing tells what it is made of', async () => {
    const { headers } = await nobody.get('/v1/users');
    for (const name of ['x-powered-by', 'server']) expect(headers.get(name)).toBeNull();
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await nobody.get('/docs')).headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it('requests are limited by user, else by address', async () => {
    const limited = await World.start({ RATE_LIMIT_PER_MINUTE: '20' });
    try {
      const [one, two] = [await limited.person('one'), await limited.person('two')];
      const sent = await Promise.all(Array.from({ length: 30 }, () => one.get<ProblemBody>('/v1/users')));
      expect(sent.filter(({ status }) => status === 200)).toHaveLength(20);
      const refused = sent.find(({ status }) => status === 429);
      expect(refused?.body.code).toBe('rate-limited');
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused?.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
      expect((await two.get('/v1/users')).headers.get('ratelimit')).toBe('"default";r=19;t=60');
      expect((await limited.anonymous().get('/v1/nothing')).headers.has('ratelimit')).toBe(true);
      for (const path of ['/health/live', '/health/ready', '/openapi.json', '/metrics', '/docs']) {
        const { status, headers } = await one.get(path);
        expect([path, status, headers.has('ratelimit')]).toEqual([path, 200, false]);
      }
    } finally {
      await limited.stop();
    }
  });

  it('is healthy, measured and documented', async () => {
    expect(await nobody.get('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await nobody.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect((await nobody.get<string>('/metrics')).body).toContain('http_request_duration_seconds_bucket');
    expect((await nobody.get<{ openapi: string }>('/openapi.json')).body.openapi).toBe('3.1.0');
    expect((await nobody.get<string>('/docs')).body).toContain('swagger-ui');
  });
});
