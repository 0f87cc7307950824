import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { readFile } from 'node:fs/promises';
import { good } from '../client.ts';
import type { Json } from '../document.ts';
import { Skip } from '../skip.ts';
import { stories } from '../story.ts';

const add = stories('6. Conventions');
export const HTTP = add.all;

add(
  'GET /openapi.json is the contract: the document of this repository',
  'the document that is served, against openapi.json',
  async (people) => {
    const own = JSON.parse(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8')) as Json;
    const differences = differencesOf(own, people.deployment.source, '');
    assert.deepEqual(
      differences,
      [],
      `the served document differs at ${differences.slice(0, 10).join(', ')}`,
    );
  },
);

add(
  'Caching: If-None-Match answers 304; the ETag changes when the body does',
  'one tag, several, a weak one and *, by somebody known and by nobody; another tag after a write',
  async (people) => {
    const reader = await people.person(1);
    const path = `/v1/users/${reader.username}/posts`;
    for (const one of [reader, people.nobody]) {
      const etag = (await one.get(path)).headers.get('etag') ?? '';
      for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const answer = await one.get(path, { 'if-none-match': tags });
        assert.deepEqual([answer.status, answer.text, answer.headers.get('etag')], [304, '', etag], tags);
      }
      good(await one.get(path, { 'if-none-match': '"other"' }), 200);
    }
    const etag = (await reader.get(path)).headers.get('etag') ?? '';
    await reader.publish('something new');
    good(await reader.get(path, { 'if-none-match': etag }), 200);
  },
);

add(
  'HEAD answers as GET does, without the body',
  'both at reads of each kind, with the same headers, and at something that is not there',
  async (people) => {
    const { id } = await people.publish('head');
    const paths = [
      `/v1/posts/${id}`,
      `/v1/posts?ids=${id}`,
      `/v1/posts/${id}/replies`,
      `/v1/posts/${id.replace(/^./, '1')}`,
      '/.well-known/jwks.json',
      '/health/live',
    ];
    for (const path of paths) {
      const get = await people.nobody.get(path);
      const head = await people.nobody.send('HEAD', path);
      assert.deepEqual([head.status, head.text], [get.status, ''], path);
      for (const name of ['etag', 'content-type', 'content-length', 'cache-control', 'link', 'vary']) {
        const isOwn = get.status !== 200 && name === 'content-length';
        if (!isOwn)
          assert.equal(
            `${path} ${name}: ${head.headers.get(name) ?? ''}`,
            `${path} ${name}: ${get.headers.get(name) ?? ''}`,
          );
      }
    }
  },
);

const EXPOSED = [
  'link',
  'etag',
  'location',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'x-request-id',
  'idempotency-replayed',
];

add(
  'CORS: CORS_ORIGINS (default *, no credentials), with Link, ETag, Location, Retry-After, RateLimit*, X-Request-Id, Idempotency-Replayed exposed',
  'a read of another origin, and the preflight of a write',
  async (people) => {
    const origin = 'https://conformance.example';
    const { headers } = await people.nobody.get('/v1/users?limit=1', { origin });
    assert.equal(headers.get('access-control-allow-credentials'), null);
    if (headers.get('access-control-allow-origin') !== '*')
      throw new Skip('CORS_ORIGINS is not *: this deployment lets other origins read');
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(/ *, */) ?? [];
    for (const name of EXPOSED) assert.ok(exposed.includes(name), `${name} is not exposed`);
    const preflight = await people.nobody.send('OPTIONS', '/v1/posts', {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });
    assert.ok(preflight.status === 204 || preflight.status === 200);
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/);
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /idempotency-key/i);
  },
);

add(
  'X-Request-Id accepted or made; traceparent is honoured',
  'ids that are plain words come back, others are replaced; a traceparent harms nothing',
  async (people) => {
    const idFor = async (id: string): Promise<string | null> =>
      (await people.nobody.get('/v1/nothing-here', { 'x-request-id': id })).headers.get('x-request-id');
    assert.equal(await idFor('my-request.1_A'), 'my-request.1_A');
    for (const bad of ['a b', 'x'.repeat(129), '<script>', 'a"b']) assert.notEqual(await idFor(bad), bad);
    for (const traceparent of ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'nonsense']) {
      good(await people.nobody.get('/v1/users?limit=1', { traceparent }), 200);
    }
  },
);

add(
  'GET /docs (Swagger UI), /health/live, /health/ready, /metrics: 200; a content security policy on pages',
  'each of them; /metrics may be kept from the public',
  async (people) => {
    for (const path of ['/health/live', '/health/ready']) {
      assert.deepEqual(good(await people.nobody.get(path), 200), { status: 'ok' });
    }
    const docs = await people.nobody.get('/docs');
    assert.equal(docs.status, 200);
    assert.match(docs.text, /swagger-ui/i);
    assert.match(docs.headers.get('content-security-policy') ?? '', /default-src|script-src/);
    const metrics = await people.nobody.get('/metrics');
    assert.ok([200, 401, 403, 404].includes(metrics.status), `/metrics is answered with ${metrics.status}`);
  },
);

/** The JSON pointers at which two values differ. */
function differencesOf(one: unknown, other: unknown, at: string): string[] {
  if (isDeepStrictEqual(one, other)) return [];
  const areObjects = [one, other].every(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  );
  if (!areObjects) return [at || '/'];
  const [a, b] = [one as Json, other as Json];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differencesOf(a[key], b[key], `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
