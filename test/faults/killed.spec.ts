import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client, type NotificationBody, type PostBody, type UserBody } from '../support/client.js';
import { ServerProcess } from '../support/server-process.js';

const ROUNDS = 10;
const WRITERS = 8;

interface Acknowledged {
  readonly posts: PostBody[];
  readonly keys: { readonly key: string; readonly text: string; readonly id: string }[];
}

describe('a server that is killed in the middle of writes', () => {
  let dir: string;
  let server: ServerProcess;

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'posterr-'));
  });
  afterAll(async () => {
    await server.kill();
    await rm(dir, { recursive: true });
  });

  it('has every write that it acknowledged, counts that equal lists, and delivers what was pending', async () => {
    server = await ServerProcess.start({ DATA_DIR: dir, LOG_LEVEL: 'error' });
    const nobody = new Client(server.url);
    const reader = await nobody.register('reader');
    const writers = await Promise.all(
      Array.from({ length: WRITERS }, (_, n) => nobody.register(`writer${n}`)),
    );
    const acknowledged: Acknowledged = { posts: [], keys: [] };

    for (let round = 0; round < ROUNDS; round += 1) {
      const load = writers.map((writer, n) => write(at(writer), round, n, acknowledged));
      await setTimeout(100 + 40 * round);
      await server.kill();
      await Promise.all(load);
      server = await ServerProcess.start({ DATA_DIR: dir, LOG_LEVEL: 'error' });
      await check(at(reader), writers.map(at), acknowledged);
    }
    expect(acknowledged.posts.length).toBeGreaterThan(ROUNDS * WRITERS);
  }, 120_000);

  const at = ({ user, tokens }: Client): Client => new Client(server.url, user, tokens);
});

/** Writes until the server is gone. */
async function write(writer: Client, round: number, n: number, acknowledged: Acknowledged): Promise<void> {
  for (let i = 0; i < 1_000; i += 1) {
    try {
      const key = `${round}-${n}-${i}`;
      const text = `@reader ${key}`;
      const { status, body } = await writer.post<PostBody>('/v1/posts', { text }, { 'Idempotency-Key': key });
      if (status !== 201) throw new Error(`Refused: ${JSON.stringify(body)}`);
      acknowledged.posts.push(body);
      acknowledged.keys.push({ key, text, id: body.id });
      if (i % 3 === 0) acknowledged.posts.push(await writer.reply(body.id, `@reader again`));
      if (i % 2 === 0) await writer.follow('reader');
      else await writer.unfollow('reader');
    } catch (error) {
      // What fetch throws is not an instance of Jest's own TypeError.
      if ((error as Error).name === 'TypeError') return;
      throw error;
    }
  }
}

async function check(
  reader: Client,
  writers: readonly Client[],
  { posts, keys }: Acknowledged,
): Promise<void> {
  for (let from = 0; from < posts.length; from += 100) {
    const asked = posts.slice(from, from + 100).map(({ id }) => id);
    const { body } = await reader.get<{ items: PostBody[] }>(`/v1/posts?ids=${asked.join()}`);
    expect(body.items.map(({ id }) => id)).toEqual(asked);
  }
  const timeline = await reader.walk('/v1/timelines/all?limit=100');
  const everything: PostBody[] = [];
  for (const writer of writers) {
    const { body: user } = await reader.get<UserBody>(`/v1/users/${writer.username}`);
    const own = await reader.walk(`/v1/users/${writer.username}/posts?limit=100`);
    const withReplies = await reader.walk(`/v1/users/${writer.username}/posts?view=with-replies&limit=100`);
    const { body: quota } = await writer.get<{ used: number }>('/v1/me/quota');
    expect(user.postsCount).toBe(own.length);
    expect(quota.used).toBe(withReplies.length);
    expect(timeline.filter(({ author }) => author.username === writer.username)).toHaveLength(own.length);
    everything.push(...withReplies);
  }
  for (const post of everything.filter(({ kind }) => kind === 'original')) {
    const replies = everything.filter(({ inReplyTo }) => inReplyTo?.id === post.id);
    expect(post.counts?.replies).toBe(replies.length);
  }
  const followers = await reader.walk<UserBody>('/v1/users/reader/followers?limit=100');
  expect((await reader.get<UserBody>('/v1/users/reader')).body.followersCount).toBe(followers.length);

  const notified = await eventually(async () => {
    const items = await reader.walk<NotificationBody>('/v1/me/notifications?types=mention,reply&limit=100');
    return items.length >= everything.length ? items : undefined;
  });
  expect(notified.map(({ post }) => post?.id).toSorted()).toEqual(everything.map(({ id }) => id).toSorted());

  const again = keys.at(-1);
  const owner = writers.find(({ username }) => username === `writer${again?.key.split('-')[1]}`);
  if (!again || !owner) return;
  const { headers, body } = await owner.post<PostBody>(
    '/v1/posts',
    { text: again.text },
    { 'Idempotency-Key': again.key },
  );
  expect([headers.get('idempotency-replayed'), body.id]).toEqual(['true', again.id]);
}

/** What `attempt` answers in the end, within ten seconds. */
async function eventually<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let n = 0; n < 50; n += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
    await setTimeout(200);
  }
  throw new Error('It did not come about within ten seconds.');
}
