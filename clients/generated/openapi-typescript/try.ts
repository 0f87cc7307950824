// Two people, some posts, a timeline page by page, and a problem, by the types of openapi-typescript and openapi-fetch.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from '../made/openapi-typescript/posterr.js';

const baseUrl = process.env['BASE_URL'] ?? 'http://localhost:3000';
// Lists of values are written as `ids=a,b`.
const client = createClient<paths>({
  baseUrl,
  querySerializer: { array: { style: 'form', explode: false } },
});

async function registered(username: string): Promise<Client<paths>> {
  const { data, error } = await client.POST('/v1/auth/register', {
    body: { username, password: 'correct horse' },
  });
  if (error) throw new Error(error.code);
  const headers = { Authorization: `Bearer ${data.tokens.accessToken}` };
  return createClient<paths>({
    baseUrl,
    headers,
    querySerializer: { array: { style: 'form', explode: false } },
  });
}

const name = `ts${randomUUID().slice(0, 8)}`;
const [ada, bob] = [await registered(`${name}a`), await registered(`${name}b`)];
const published: string[] = [];
for (let n = 0; n < 5; n += 1) {
  const header = { 'Idempotency-Key': randomUUID() };
  const { data } = await ada.POST('/v1/posts', { params: { header }, body: { text: `Post ${n}` } });
  published.push(data?.id ?? '');
}
await bob.PUT('/v1/me/following/{username}', { params: { path: { username: `${name}a` } } });

const seen: string[] = [];
let cursor: string | undefined;
do {
  const query = cursor === undefined ? { limit: 2 } : { limit: 2, cursor };
  const { data, error } = await bob.GET('/v1/timelines/following', { params: { query } });
  if (error) throw new Error(error.code);
  seen.push(...data.items.map(({ id }) => id));
  cursor = data.page.next;
} while (cursor !== undefined);
assert.deepEqual(seen.toReversed(), published);

const several = await bob.GET('/v1/posts', { params: { query: { ids: published.slice(0, 3) } } });
assert.equal(several.data?.items.length, 3);

const { error, response } = await ada.POST('/v1/posts', { body: { text: 'x'.repeat(778) } });
const code: components['schemas']['ProblemCode'] | undefined = error?.code;
assert.equal(response.status, 422);
assert.equal(code, 'validation-failed');
console.log(`${seen.length} posts, and then: ${code}`);
