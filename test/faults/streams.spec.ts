import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client, type NotificationBody, type PostBody } from '../support/client.js';
import { describeWith, mongoUri, type RedisProcess, startRedis } from '../support/engines.js';
import { EventReader } from '../support/event-source.js';
import { createDatabase, type TestDatabase } from '../support/mongo.js';
import { ServerProcess } from '../support/server-process.js';

/** A client that comes back by itself, to the other process, and counts what it was told. */
class Follower {
  readonly told: { event: string; id: string }[] = [];
  reader: EventReader | undefined;
  private lastEventId: string | undefined;
  private isOver = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly urls: () => readonly string[],
    private readonly token: string,
  ) {}

  async start(): Promise<void> {
    this.running = this.run();
    for (let n = 0; n < 500 && !this.reader; n += 1) await setTimeout(10);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    this.reader?.close();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let turn = 0; turn < 1_000 && !this.isOver; turn += 1) {
      const urls = this.urls();
      const headers = {
        authorization: `Bearer ${this.token}`,
        ...(this.lastEventId !== undefined && { 'last-event-id': this.lastEventId }),
      };
      try {
        this.reader = await EventReader.open(`${urls[turn % urls.length]}/v1/stream`, headers);
      } catch {
        await setTimeout(50);
        continue;
      }
      const { reader } = this;
      while (!reader.hasEnded) await setTimeout(10);
      const bodies = reader.events.map(({ event, data }) => ({
        event,
        id: (JSON.parse(data) as PostBody | NotificationBody).id,
      }));
      this.told.push(...bodies);
      this.lastEventId = reader.lastEventId;
    }
  }
}

function survives(
  start: () => Promise<{ settings: Record<string, string>; remove: () => Promise<void> }>,
): void {
  let engines: Awaited<ReturnType<typeof start>>;
  let servers: ServerProcess[] = [];
  beforeAll(async () => {
    engines = await start();
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await engines.remove();
  });

  it('tells all of it once while one of two processes is killed, started anew, and stopped', async () => {
    const settings = { ...engines.settings, LOG_LEVEL: 'error' };
    servers = [await ServerProcess.start(settings), await ServerProcess.start(settings)];
    const urlOf = (n: number): string => servers[n]?.url ?? '';
    const ada = await new Client(urlOf(0)).register('ada');
    const bob = await new Client(urlOf(1)).register('bob');
    const cid = await new Client(urlOf(1)).register('cid');
    await ada.follow('bob');
    const follower = new Follower(() => servers.map(({ url }) => url), ada.tokens?.accessToken ?? '');
    await follower.start();
    const acknowledged: string[] = [];
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; n < 1_000 && !isOver; n += 1) {
        // At either process; one may be away.
        const at = new Client(urlOf(n % 2), bob.user, bob.tokens);
        const text = n % 5 === 0 ? `@ada ${n}` : `post ${n}`;
        const answer = await at.post<PostBody>('/v1/posts', { text }).catch(() => undefined);
        if (answer?.status === 201) acknowledged.push(answer.body.id);
        await setTimeout(10);
      }
    })();

    await setTimeout(500);
    await servers[0]?.kill();
    await setTimeout(1_000);
    servers[0] = await ServerProcess.start(settings);
    await setTimeout(500);
    // By now the stream is at the other one.
    expect(await servers[1]?.stop()).toBe(0);
    await setTimeout(1_000);
    isOver = true;
    await writing;
    const last = await new Client(urlOf(0), bob.user, bob.tokens).publish('the last');
    await new Client(urlOf(0), cid.user, cid.tokens).follow('ada');
    await follower.reader?.until(() =>
      (follower.reader?.bodies<NotificationBody>('notification') ?? []).some(({ type }) => type === 'follow'),
    );
    await follower.reader?.until(() =>
      (follower.reader?.bodies<PostBody>('post') ?? []).some(({ id }) => id === last.id),
    );
    await follower.stop();

    const told = follower.told.map(({ event, id }) => `${event} ${id}`);
    const reader = new Client(urlOf(0), ada.user, ada.tokens);
    const posts = await reader.walk('/v1/timelines/following?limit=100');
    const notifications = await reader.walk<NotificationBody>('/v1/me/notifications?limit=100');
    expect(told.toSorted()).toEqual(
      [
        ...posts.map(({ id }) => `post ${id}`),
        ...notifications.map(({ id }) => `notification ${id}`),
      ].toSorted(),
    );
    expect(posts.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
    expect(acknowledged.length).toBeGreaterThan(50);
  }, 60_000);
}

describe('a stream over two processes on one SQLite file', () => {
  survives(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'posterr-'));
    return { settings: { DATA_DIR: folder }, remove: () => rm(folder, { recursive: true }) };
  });
});

describeWith(['MongoDB', 'redis-server'], 'a stream over two processes on MongoDB and Redis', () => {
  survives(async () => {
    const [database, redis]: [TestDatabase, RedisProcess] = await Promise.all([
      createDatabase(mongoUri ?? ''),
      startRedis(),
    ]);
    return {
      settings: { DATABASE_URL: database.url, REDIS_URL: redis.url, DATABASE_TIMEOUT_MS: '10000' },
      remove: async () => {
        await redis.stop();
        await database.leave();
      },
    };
  });
});
