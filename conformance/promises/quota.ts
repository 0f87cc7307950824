import assert from 'node:assert/strict';
import { type Client, problem } from '../client.ts';
import type { People } from '../people.ts';
import { Skip } from '../skip.ts';
import { stories } from '../story.ts';

const add = stories('1. Rules of the domain');
export const QUOTA = add.all;

interface Quota {
  readonly limit?: number;
  readonly used: number;
  readonly remaining?: number;
  readonly resetsAt: string;
}

const MOST_POSTS = 50;
const NEAR_MIDNIGHT_MS = 60_000;
const quotaOf = (who: Client): Promise<Quota> => who.read('/v1/me/quota');

/** The posts of a day, where a story can use them up. @throws Skip */
function fewPosts({ quota }: People): number {
  if (quota === Infinity) throw new Skip('POSTS_PER_DAY=0: this deployment has no daily quota');
  if (quota > MOST_POSTS)
    throw new Skip(`the quota is ${quota}: the kit publishes no more than ${MOST_POSTS} posts for it`);
  const midnight = new Date().setUTCHours(24, 0, 0, 0);
  if (midnight - Date.now() < NEAR_MIDNIGHT_MS)
    throw new Skip('it is nearly midnight (UTC): the day would end meanwhile');
  return quota;
}

add(
  'Daily quota: 5 posts for each author and UTC calendar day. Exact under concurrency; POSTS_PER_DAY changes it',
  'many more posts at once than are allowed: as many are published, listed and counted as the quota allows',
  async (people) => {
    const quota = fewPosts(people);
    const ada = await people.person();
    const answers = await Promise.all(
      Array.from({ length: quota + 20 }, (_, n) => ada.post('/v1/posts', { text: `at once ${n}` })),
    );
    assert.equal(answers.filter(({ status }) => status === 201).length, quota);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      problem(answer, 429, 'quota-exceeded');
      const seconds = Number(answer.headers.get('retry-after'));
      assert.ok(seconds > 0 && seconds <= 86_400, `Retry-After: ${seconds}`);
    }
    const { limit, used, remaining, resetsAt } = await quotaOf(ada);
    assert.deepEqual({ limit, used, remaining }, { limit: quota, used: quota, remaining: 0 });
    assert.match(resetsAt, /T00:00:00\.000Z$/);
    assert.equal((await ada.walk(`/v1/users/${ada.username}/posts`)).length, quota);
  },
);

add(
  'All four kinds are counted; a refused or replayed write costs nothing, nor does a second repost',
  'one post of each kind, writes that are refused and replayed in between; "posts" in RateLimit tells what is left',
  async (people) => {
    const quota = fewPosts(people);
    if (quota < 4) throw new Skip(`the quota is ${quota}`);
    const other = await people.publish('to be answered');
    const ada = await people.person(4);
    const left = async (
      sent: ReturnType<Client['post']>,
      status: number,
      expected: number,
    ): Promise<void> => {
      const answer = await sent;
      assert.equal(answer.status, status, answer.text.slice(0, 200));
      assert.equal(/"posts";r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1], String(expected));
    };
    const key = { 'idempotency-key': 'once' };
    await left(ada.post('/v1/posts', { text: 'one' }, key), 201, quota - 1);
    await left(ada.post('/v1/posts', { text: 'one' }, key), 201, quota - 1);
    await left(ada.post('/v1/posts', { text: '' }), 422, quota - 1);
    await left(ada.post('/v1/posts', '{"text":'), 400, quota - 1);
    await left(ada.post(`/v1/posts/${other.id}/quotes`, { text: 'two' }), 201, quota - 2);
    await left(ada.post(`/v1/posts/${other.id}/replies`, { text: 'three' }), 201, quota - 3);
    await left(ada.put(`/v1/posts/${other.id}/repost`), 201, quota - 4);
    await left(ada.put(`/v1/posts/${other.id}/repost`), 200, quota - 4);
    assert.equal((await quotaOf(ada)).used, 4);
  },
);

add(
  'GET me/quota: {limit?, used, remaining?, resetsAt}, without the two where there is no limit',
  'the quota of somebody new',
  async (people) => {
    const { limit, used, remaining, resetsAt } = await quotaOf(await people.person());
    const expected = people.quota === Infinity ? undefined : people.quota;
    assert.deepEqual({ limit, used, remaining }, { limit: expected, used: 0, remaining: expected });
    const wait = Date.parse(resetsAt) - Date.now();
    assert.ok(wait > -5_000 && wait <= 86_405_000, `it resets at ${resetsAt}`);
  },
);
