import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { describeWith, mongoUri, type RedisProcess } from '../support/engines.js';
import { createDatabase, type TestDatabase } from '../support/mongo.js';
import { ServerProcess } from '../support/server-process.js';
import { makeSecrets } from './compose.js';
import { killed, runCaddy, shippedCaddy, startShippedRedis } from './shipped.js';

const hasCaddy = spawnSync('caddy', ['version']).status === 0;

interface Answer {
  readonly status: number;
  readonly body: {
    readonly tokens: { readonly accessToken: string };
    readonly id: string;
    readonly code?: string;
    readonly items: readonly { readonly id: string }[];
  };
}

/** What compose.yml starts, but for MongoDB's users: two API processes and a worker, Redis with TLS and users, Caddy. */
describeWith(['MongoDB', 'redis-server'], 'the services of docker/, started by hand', () => {
  let folder: string;
  let database: TestDatabase;
  let redis: RedisProcess;
  const servers: ServerProcess[] = [];
  let caddy: ChildProcess | undefined;
  let httpsPort: number;

  const send = async (method: string, url: string, token?: string, body?: object): Promise<Answer> => {
    const sent = request(`https://localhost:${httpsPort}${url}`, {
      method,
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ca: readFileSync(path.join(folder, 'ca.crt')),
      agent: false,
    }).end(body && JSON.stringify(body));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, body: JSON.parse(await text(answer)) as Answer['body'] };
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'posterr-topology-'));
    makeSecrets(folder);
    database = await createDatabase(mongoUri ?? '');
    const shipped = await startShippedRedis(folder);
    redis = shipped.redis;
    const secret = readFileSync(path.join(folder, 'redis-url'), 'utf8').trim();
    const file = (name: string, content: string): string => {
      writeFileSync(path.join(folder, name), content);
      return path.join(folder, name);
    };
    const settings = {
      DATABASE_URL_FILE: file('here-database-url', database.url),
      REDIS_URL_FILE: file('here-redis-url', secret.replace('@redis:6379', `@localhost:${shipped.port}`)),
      NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.crt'),
      TRUSTED_PROXIES: '127.0.0.1',
      RATE_LIMIT_PER_MINUTE: '40',
      // A development server takes longer.
      DATABASE_TIMEOUT_MS: '10000',
      LOG_LEVEL: 'warn',
    };
    // One after the other: when one does not start, those that did are ended below.
    for (const ROLE of ['api', 'api', 'worker'])
      servers.push(await ServerProcess.start({ ...settings, ROLE }));
    const upstreams = servers.slice(0, 2).map(({ url }) => url.replace('http://', ''));
    if (!hasCaddy) return;
    const configuration = await shippedCaddy(folder, upstreams);
    httpsPort = configuration.httpsPort;
    caddy = runCaddy(configuration);
    for (let n = 0; n < 100; n += 1) {
      const status = await send('GET', '/health/ready').then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) break;
      await setTimeout(100);
    }
  });
  afterAll(async () => {
    if (caddy) await killed(caddy);
    await Promise.all(servers.map((server) => server.stop()));
    await redis.stop();
    await database.remove();
    rmSync(folder, { recursive: true });
  });

  it('serve a post to a follower over TLS, told by the worker, with one limit for both processes, and through a restart', async () => {
    if (!hasCaddy) {
      expect(process.env['REQUIRE_ENGINES']).not.toBe('1');
      return;
    }
    const join = async (username: string): Promise<string> => {
      const { status, body } = await send('POST', '/v1/auth/register', undefined, {
        username,
        password: 'correct horse',
      });
      expect(status).toBe(201);
      return body.tokens.accessToken;
    };
    const [ada, bob] = [await join('ada'), await join('bob')];
    expect((await send('PUT', '/v1/me/following/ada', bob)).status).toBe(200);
    const { body: post } = await send('POST', '/v1/posts', ada, { text: 'hello @bob' });
    expect((await send('GET', '/v1/timelines/following', bob)).body.items.map(({ id }) => id)).toEqual([
      post.id,
    ]);
    let told: Answer | undefined;
    for (let n = 0; n < 10 && told?.body.items.length !== 1; n += 1) {
      await setTimeout(150);
      told = await send('GET', '/v1/me/notifications', bob);
    }
    expect(told?.body.items).toHaveLength(1);

    const counted: number[] = [];
    for (let n = 0; n < 41; n += 1) counted.push((await send('GET', '/v1/me', ada)).status);
    // One of Ada's forty was her post; Caddy spreads them over both processes, which count together.
    expect(counted.filter((status) => status === 200)).toHaveLength(39);
    expect(counted.filter((status) => status === 429)).toHaveLength(2);

    const [first] = servers;
    expect(await first?.stop()).toBe(0);
    expect((await send('GET', `/v1/posts/${post.id}`)).status).toBe(200);
    for (const server of servers) expect(server.output.join('')).not.toMatch(/"level":50|does not serve/);
  });
});
