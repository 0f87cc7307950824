import assert from 'node:assert/strict';
import { good, type PostBody, problem } from '../client.ts';
import { Skip } from '../skip.ts';
import { stories } from '../story.ts';

const add = stories('6. Conventions');
export const CONVENTIONS = add.all;

const DEEP = `{"text":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
const BODIES: readonly (readonly [string, string, Record<string, string>, number, string])[] = [
  ['malformed JSON', '{"text":', {}, 400, 'malformed-request'],
  ['__proto__', '{"text":"x","__proto__":{"a":1}}', {}, 400, 'malformed-request'],
  ['an array', '[]', {}, 422, 'validation-failed'],
  ['null', 'null', {}, 422, 'validation-failed'],
  ['nothing', '', {}, 422, 'validation-failed'],
  ['a missing field', '{}', {}, 422, 'validation-failed'],
  ['a wrong type', '{"text":1}', {}, 422, 'validation-failed'],
  ['an operator', '{"text":{"$gt":""}}', {}, 422, 'validation-failed'],
  ['an unknown field', '{"text":"x","kind":"reply"}', {}, 422, 'validation-failed'],
  ['a deep body', DEEP, {}, 422, 'validation-failed'],
  ['a deep body under a key', DEEP, { 'idempotency-key': 'deep' }, 422, 'validation-failed'],
  ['more than 64 KiB', JSON.stringify({ text: 'x'.repeat(65_536) }), {}, 413, 'payload-too-large'],
  [
    'a form',
    'text=x',
    { 'content-type': 'application/x-www-form-urlencoded' },
    415,
    'unsupported-media-type',
  ],
  ['plain text', 'x', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
];

add(
  'Malformed JSON, bad parameters, cursors and ids: 400. A well-formed body that breaks a rule, wrong types, missing and unknown fields: 422 with a pointer. Wrong media types 415, bodies over 64 KiB 413',
  `${BODIES.length} bodies, at a publishing route`,
  async (people) => {
    const someone = await people.person();
    for (const [name, body, headers, status, code] of BODIES) {
      const answer = await someone.send('POST', '/v1/posts', { body, headers });
      const told = (answer.json as { code?: string } | undefined)?.code ?? '';
      // The contract leaves both open for the names that all objects have.
      const isOpen = name === '__proto__' && answer.status === 422;
      if (!isOpen) assert.equal(`${name}: ${answer.status} ${told}`, `${name}: ${status} ${code}`);
    }
    const { errors } = problem(await someone.post('/v1/posts', { a: 1, text: '' }), 422, 'validation-failed');
    assert.ok(errors?.some(({ pointer }) => pointer === '/a'));
    for (const id of ['x', '1', "'%20OR%201=1", '%7B%22$gt%22:%22%22%7D']) {
      problem(await someone.get(`/v1/posts/${id}`), 400, 'invalid-parameter');
    }
    problem(await someone.get('/v1/%zz'), 400, 'malformed-request');
  },
);

add(
  'Unknown routes 404, wrong methods 405 + Allow, all in the same shape',
  'paths that lead nowhere; every path of the document with the methods that it has not',
  async (people) => {
    const someone = await people.person();
    for (const path of [
      '/',
      '/v1',
      '/v1/',
      '/v1/nothing',
      '/v1/posts/',
      '/v2/posts',
      '/v1/users/',
      '/favicon.ico',
    ]) {
      problem(await someone.get(path), 404, 'not-found');
    }
    const { document } = people.deployment;
    for (const [path, operations] of Map.groupBy(document.operations, (one) => one.path)) {
      const target = path.replace('{username}', someone.username).replace('{id}', someone.id);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        if (operations.some((one) => one.method === method)) continue;
        const answer = await someone.send(method, target, method === 'GET' ? {} : { body: {} });
        problem(answer, 405, 'method-not-allowed');
        const expected = operations.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method]));
        assert.deepEqual(
          answer.headers.get('allow')?.split(/ *, */).toSorted(),
          [...expected, 'OPTIONS'].toSorted(),
          target,
        );
      }
    }
  },
);

add(
  'Idempotency: a replay gives the first answer and Idempotency-Replayed: true; another body under the same key 422 idempotency-key-reused; kept for each user, method and path',
  'the same request twice, with another body, by another user, at another path; the post is there once',
  async (people) => {
    const [ada, bob] = await people.people(2, 3);
    assert.ok(ada && bob);
    const key = { 'idempotency-key': `once-${people.name()}` };
    const first = await ada.post('/v1/posts', { text: 'once' }, key);
    const { id } = good<PostBody>(first, 201);
    await bob.repost(id);
    const again = await ada.post('/v1/posts', { text: 'once' }, key);
    assert.deepEqual([again.status, again.text], [201, first.text]);
    assert.deepEqual(
      [first, again].map(({ headers }) => headers.get('idempotency-replayed')),
      [null, 'true'],
    );
    assert.equal(again.headers.get('location'), `/v1/posts/${id}`);
    problem(await ada.post('/v1/posts', { text: 'twice' }, key), 422, 'idempotency-key-reused');
    const ofOther = await bob.post('/v1/posts', { text: 'once' }, key);
    const elsewhere = await ada.post(`/v1/posts/${id}/replies`, { text: 'once' }, key);
    for (const answer of [ofOther, elsewhere]) {
      assert.notEqual(good<PostBody>(answer, 201).id, id);
      assert.equal(answer.headers.get('idempotency-replayed'), null);
    }
    assert.equal((await ada.walk(`/v1/users/${ada.username}/posts`)).length, 1);
  },
);

add(
  'Idempotency: one still in flight 409. Only successes are kept: after a refusal the key is free. 1 to 255 visible ASCII characters, else 400',
  'ten at once under one key publish one post; a refusal, then a success; keys that are and are not good',
  async (people) => {
    const [ada, bob] = await people.people(2, 2);
    assert.ok(ada && bob);
    const sent = await Promise.all(
      Array.from({ length: 10 }, () =>
        ada.post('/v1/posts', { text: 'one' }, { 'idempotency-key': 'at-once' }),
      ),
    );
    const made = sent.filter(({ status }) => status === 201);
    assert.equal(made.filter(({ headers }) => !headers.has('idempotency-replayed')).length, 1);
    assert.equal(new Set(made.map(({ json }) => (json as PostBody).id)).size, 1);
    for (const answer of sent.filter(({ status }) => status !== 201))
      problem(answer, 409, 'idempotency-key-in-use');
    const key = { 'idempotency-key': '!'.repeat(255) };
    problem(await bob.post('/v1/posts', { text: '' }, key), 422, 'validation-failed');
    good(await bob.post('/v1/posts', { text: 'now proper' }, key), 201);
    for (const bad of ['', 'a b', 'a\tb', '\u00e9', 'x'.repeat(256)]) {
      problem(
        await bob.post('/v1/posts', { text: 'x' }, { 'idempotency-key': bad }),
        400,
        'invalid-idempotency-key',
      );
    }
  },
);

const MOST_TO_EXHAUST = 600;

add(
  '429 carries Retry-After: requests are limited by user when authenticated, else by address',
  'as many requests of one user as are allowed, then one more; another user is not concerned',
  async (people) => {
    const limit = people.deployment.patience.limit;
    if (limit === undefined) throw new Skip('RATE_LIMIT_PER_MINUTE=0: this deployment limits no requests');
    if (limit > MOST_TO_EXHAUST)
      throw new Skip(
        `${limit} requests a minute are allowed: the kit does not use up more than ${MOST_TO_EXHAUST}`,
      );
    const [ada, bob] = await people.people(2);
    assert.ok(ada && bob);
    const impatient = { ...ada.sender, isImpatient: true };
    // The window may end meanwhile, and another begin.
    const sent = await Promise.all(
      Array.from({ length: 2 * limit + 1 }, () => ada.send('GET', '/v1/me/quota', {}, impatient)),
    );
    const refused = sent.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0, `none of ${sent.length} requests was refused`);
    for (const answer of refused) {
      problem(answer, 429, 'rate-limited');
      assert.match(answer.headers.get('ratelimit') ?? '', /"default";r=0;/);
      assert.ok(Number(answer.headers.get('retry-after')) <= 60);
    }
    assert.match(
      (await bob.get('/v1/me/quota')).headers.get('ratelimit') ?? '',
      new RegExp(`"default";r=${limit - 1};`),
    );
  },
);
