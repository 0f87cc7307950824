// Sends every request of the Postman collection but the streams, which do not end, to a Posterr of its own: all must succeed.
// Expects a build in dist.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import newman from 'newman';
import { startPosterr } from '../scripts/start-posterr.mjs';

const collection = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'posterr.postman_collection.json'), 'utf8'),
);

const run = promisify(newman.run.bind(newman));

/** Sends the requests of some folders; answers how many there were. */
async function send(folder, variables) {
  const envVar = Object.entries(variables).map(([key, value]) => ({ key, value }));
  const { run: done } = await run({ collection, folder, envVar, timeoutRequest: 10_000, reporters: [] });
  for (const { source, error } of done.failures) {
    process.stderr.write(`${source?.name ?? 'the collection'}: ${error.message}\n`);
  }
  for (const { item, response } of done.executions) {
    if (!response || response.code >= 400)
      process.stderr.write(`${item.name}: ${response?.text() ?? 'no answer'}\n`);
  }
  if (done.failures.length > 0) process.exitCode = 1;
  return done.executions.length;
}

/** Sends JSON as somebody, and answers what comes back. */
async function say(url, method, body, token) {
  const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${await answer.text()}`);
  return answer.json();
}

/** Notifications are made after the answer to what they tell of. */
async function notified(url, token) {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await say(url, 'GET', undefined, token)).unreadCount > 0) return;
    await delay(50);
  }
  throw new Error('Nobody was notified.');
}

const data = mkdtempSync(path.join(tmpdir(), 'posterr-postman-'));
const { server, baseUrl } = await startPosterr(data, { ADMIN_USERNAMES: 'ada' });
try {
  // Those of the folder register and log in "Ada" of the examples; "Grace" gives her something to answer.
  const first = await send(['accounts'], { baseUrl });
  const api = `${baseUrl}/v1`;
  const password = 'correct horse battery staple';
  const ada = await say(`${api}/auth/login`, 'POST', { username: 'Ada', password });
  const grace = await say(`${api}/auth/register`, 'POST', { username: 'Grace', password });
  const post = await say(`${api}/posts`, 'POST', { text: '@Ada, look!' }, grace.tokens.accessToken);
  await say(`${api}/me/following/Ada`, 'PUT', undefined, grace.tokens.accessToken);
  await notified(`${api}/me/notifications`, ada.tokens.accessToken);
  const others = collection.item
    .map(({ name }) => name)
    .filter((name) => !['accounts', 'streams'].includes(name));
  const rest = await send(others, { baseUrl, bearerToken: ada.tokens.accessToken, postId: post.id });
  process.stdout.write(`${first + rest} requests of the collection were sent\n`);
} finally {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(data, { recursive: true });
}
