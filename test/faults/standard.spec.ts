import { setTimeout } from 'node:timers/promises';
import { Client, type PostBody, type UserBody } from '../support/client.js';
import { describeWith, mongoUri, type RedisProcess, startRedis, TcpProxy } from '../support/engines.js';
import { createDatabase, type TestDatabase } from '../support/mongo.js';
import { ServerProcess } from '../support/server-process.js';

/** Two API processes and a worker on one MongoDB, behind a proxy that can fail, and one Redis. */
describeWith(['MongoDB', 'redis-server'], 'several processes on MongoDB and Redis', () => {
  let database: TestDatabase;
  let redis: RedisProcess;
  let proxy: TcpProxy;
  const servers: ServerProcess[] = [];
  let ada: Client;
  let bob: Client;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createDatabase(mongoUri ?? ''), startRedis()]);
    const url = new URL(database.url);
    proxy = await TcpProxy.start(Number(url.port || 27_017), url.hostname);
    url.host = `127.0.0.1:${proxy.port}`;
    url.searchParams.set('directConnection', 'true');
    const settings = { DATABASE_URL: url.href, REDIS_URL: redis.url, LOG_LEVEL: 'error' };
    // One after the other: on few processors a database that is slow for three at once would seem to be away.
    for (const ROLE of ['api', 'api', 'worker'])
      servers.push(await ServerProcess.start({ ...settings, ROLE }));
    ada = await new Client(servers[0]?.url ?? '').register('ada');
    bob = await new Client(servers[1]?.url ?? '').register('bob');
  });
  afterAll(async () => {
    redis.thaw();
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all([proxy.close(), redis.stop()]);
    // A transaction that was cut off holds its documents for a while: to drop the database would wait for it.
    await database.leave();
  });

  /** The same person at another process. */
  const at = (n: number, { user, tokens }: Client): Client => new Client(servers[n]?.url ?? '', user, tokens);
  const texts = async (reader: Client): Promise<(string | undefined)[]> =>
    (await reader.page('/v1/timelines/following?limit=100')).items.map(({ text }) => text);
  /** Milliseconds until it is so. */
  const until = async (isSo: () => Promise<boolean>, most = 15_000): Promise<number> => {
    const start = performance.now();
    while (!(await isSo())) {
      if (performance.now() - start > most) throw new Error(`Not within ${most} ms.`);
      await setTimeout(20);
    }
    return performance.now() - start;
  };

  it('show at once what was written through another process', async () => {
    const [ada2, bob1] = [at(1, ada), at(0, bob)];
    for (let n = 0; n < 20; n += 1) {
      const name = `ada${n}`;
      expect((await ada.patch('/v1/me', { username: name })).status).toBe(200);
      expect((await ada2.get<UserBody>('/v1/me')).body.username).toBe(name);
      const post = await ada.publish(`post ${n}`);
      expect((await bob.get<PostBody>(`/v1/posts/${post.id}`)).body.author.username).toBe(name);
      await bob.repost(post.id);
      const seen = await ada2.get<PostBody>(`/v1/posts/${post.id}`);
      expect(seen.body.counts).toMatchObject({ reposts: 1 });
      expect((await bob1.get<PostBody>(`/v1/posts/${post.id}`)).body.viewer).toEqual({ reposted: true });
      await bob.follow(name);
      expect(await texts(bob1)).toContain(`post ${n}`);
      await bob1.unfollow(name);
      expect(await texts(bob)).toEqual([]);
    }
  });

  it('bring a post to a follower through the worker within a second', async () => {
    const { username } = (await ada.get<UserBody>('/v1/me')).body;
    await bob.follow(username);
    await setTimeout(6_000);
    for (let n = 0; n < 10; n += 1) {
      await texts(bob);
      await ada.publish(`quick ${n}`);
      expect(await until(async () => (await texts(bob)).includes(`quick ${n}`))).toBeLessThan(1_000);
    }
  });

  it.each([
    ['frozen', () => redis.freeze(), () => redis.thaw()],
    ['stopped', () => redis.kill(), () => redis.restart()],
    ['emptied', () => redis.flushAll(), () => Promise.resolve()],
  ] as const)(
    'answer right while Redis is %s, and after it',
    async (how, breakIt, mendIt) => {
      const expected = async (reader: Client): Promise<void> => {
        // A post may come to those who follow its author a second later.
        const early = new Date(Date.now() - 1_500).toISOString();
        const all = await reader.walk('/v1/timelines/all?limit=25');
        const own = all.filter(({ author, createdAt }) => author.id === ada.user?.id && createdAt < early);
        const walked = await reader.walk('/v1/timelines/following?limit=25');
        expect(new Set(walked.map(({ id }) => id)).size).toBe(walked.length);
        expect(walked.filter(({ createdAt }) => createdAt < early).map(({ id }) => id)).toEqual(
          own.map(({ id }) => id),
        );
      };
      const took: number[] = [];
      let isOver = false;
      const write = async (writer: Client): Promise<void> => {
        for (let n = 0; n < 1_000 && !isOver; n += 1) {
          const start = performance.now();
          const { status } = await writer.post('/v1/posts', { text: `${how} ${n}` });
          took.push(performance.now() - start);
          expect(status).toBe(201);
          await setTimeout(20);
        }
      };
      const writing = [write(ada), write(at(1, ada))];
      try {
        await breakIt();
        for (let n = 0; n < 3; n += 1) await expected(n % 2 ? bob : at(0, bob));
        await mendIt();
        await expected(bob);
      } finally {
        isOver = true;
        await Promise.all(writing);
      }
      const slowest = took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0;
      // A writer waits for a Redis that has just failed, once.
      expect(slowest).toBeLessThan(2_000);
      const post = await ada.publish(`after it was ${how}`);
      await until(async () => (await texts(bob)).includes(post.text ?? ''));
    },
    60_000,
  );

  it('answer 503 within two seconds while MongoDB does not, lose nothing, and recover', async () => {
    const acknowledged: string[] = [];
    let isOver = false;
    const refused: number[] = [];
    const write = async (writer: Client, name: string): Promise<void> => {
      for (let n = 0; n < 10_000 && !isOver; n += 1) {
        const start = performance.now();
        const { status, body, headers } = await writer.post<PostBody>('/v1/posts', { text: `${name} ${n}` });
        if (status === 201) acknowledged.push(body.id);
        else {
          expect([status, headers.get('retry-after'), body]).toEqual([503, '1', body]);
          refused.push(performance.now() - start);
          await setTimeout(50);
        }
      }
    };
    const writing = [write(ada, 'one'), write(at(1, bob), 'two')];
    try {
      for (const [breakIt, mendIt] of [
        [() => proxy.pause(), () => proxy.resume()],
        [() => proxy.cut(), () => proxy.restore()],
      ] as const) {
        await setTimeout(300);
        const before = refused.length;
        await breakIt();
        await until(async () => refused.length > before + 1);
        expect((await ada.get('/health/live')).status).toBe(200);
        expect((await ada.get('/health/ready')).status).toBe(503);
        await mendIt();
        await until(async () => (await ada.get('/health/ready')).status === 200);
        const sofar = acknowledged.length;
        await until(async () => acknowledged.length > sofar + 2);
      }
    } finally {
      isOver = true;
      await Promise.all(writing);
    }
    expect(Math.max(...refused)).toBeLessThan(2_000);
    const all = (await bob.walk('/v1/timelines/all?limit=100')).map(({ id }) => id);
    expect(all).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(all).size).toBe(all.length);
  }, 60_000);
});
