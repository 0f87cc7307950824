// Two people, some posts, a timeline page by page, and a problem, by the client that @hey-api/openapi-ts makes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { client } from '../made/hey-api/client.gen.js';
import * as posterr from '../made/hey-api/index.js';

client.setConfig({ baseUrl: process.env['BASE_URL'] ?? 'http://localhost:3000' });

async function registered(username: string): Promise<{ headers: { Authorization: string } }> {
  const { data } = await posterr.register({
    body: { username, password: 'correct horse' },
    throwOnError: true,
  });
  return { headers: { Authorization: `Bearer ${data.tokens.accessToken}` } };
}

const name = `hey${randomUUID().slice(0, 8)}`;
const [ada, bob] = [await registered(`${name}a`), await registered(`${name}b`)];
const published: string[] = [];
for (let n = 0; n < 5; n += 1) {
  const headers = { ...ada.headers, 'Idempotency-Key': randomUUID() };
  const { data } = await posterr.publishPost({ headers, body: { text: `Post ${n}` }, throwOnError: true });
  published.push(data.id);
}
await posterr.followUser({ ...bob, path: { username: `${name}a` }, throwOnError: true });

const seen: string[] = [];
let cursor: string | undefined;
do {
  const query = cursor === undefined ? { limit: 2 } : { limit: 2, cursor };
  const { data } = await posterr.readFollowing({ ...bob, query, throwOnError: true });
  seen.push(...data.items.map(({ id }) => id));
  cursor = data.page.next;
} while (cursor !== undefined);
assert.deepEqual(seen.toReversed(), published);

const several = await posterr.getPosts({ ...bob, query: { ids: published.slice(0, 3) }, throwOnError: true });
assert.equal(several.data.items.length, 3);

const { error, response } = await posterr.publishPost({ ...ada, body: { text: 'x'.repeat(778) } });
const code: posterr.ProblemCode | undefined = error?.code;
assert.equal(response?.status, 422);
assert.equal(code, 'validation-failed');
console.log(`${seen.length} posts, and then: ${code}`);
