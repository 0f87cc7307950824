import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { Client, type PageBody, type PostBody, type ProblemBody, type UserBody } from '../support/client.js';
import { describeWith } from '../support/engines.js';
import { EventReader } from '../support/event-source.js';
import { freePort } from '../support/redis-process.js';
import { World } from '../support/world.js';
import { makeSecrets } from './compose.js';
import { killed, runCaddy, shippedCaddy, ShippedEdge } from './shipped.js';

const hasCaddy = spawnSync('caddy', ['version']).status === 0;
const BAD = { authorization: 'Bearer bad' };

describeWith('varnishd', 'Posterr behind the shared cache of docker/', () => {
  let folder: string;
  let world: World;
  let edge: ShippedEdge;
  let nobody: Client;
  let ada: Client;
  let bob: Client;
  let pages: string[];
  /** What reached Posterr, but for probes. */
  const asked: IncomingMessage[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'posterr-edge-'));
    World.profile = 'embedded';
    world = await World.start({ TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_PER_MINUTE: '100000' });
    world.app.getHttpServer().on('request', (message: IncomingMessage) => {
      if (!message.url?.startsWith('/health')) asked.push(message);
    });
    const through = (client: Client): Client => new Client(edge.url, client.user, client.tokens);
    edge = await ShippedEdge.start(folder, Number(new URL(world.url).port));
    ada = through(await world.person('ada'));
    bob = through(await world.person('bob'));
    nobody = new Client(edge.url);
    await bob.follow('ada');
    const post = await ada.publish('hello');
    await bob.repost(post.id);
    for (let n = 0; n < 12; n += 1) await ada.publish(`more ${n}`);
    pages = [
      '/v1/timelines/all',
      '/v1/timelines/all?limit=3',
      '/v1/users',
      '/v1/users/ada',
      '/v1/users/bob',
      '/v1/users/ada/posts',
      '/v1/users/ada/followers',
      `/v1/posts/${post.id}`,
      '/v1/search/posts?q=more',
      '/openapi.json',
    ];
    await world.settle();
  });
  beforeEach(() => {
    asked.length = 0;
  });
  afterAll(async () => {
    await edge.stop();
    await world.stop();
    rmSync(folder, { recursive: true });
  });

  const cacheOf = ({ headers }: { headers: Headers }): string => headers.get('cache-status') ?? '';
  /** Runs `one` over and over on `connections` at once. */
  const load = async (
    connections: number,
    each: number,
    one: (n: number) => Promise<void>,
  ): Promise<void> => {
    const connection = async (_: unknown, which: number): Promise<void> => {
      for (let n = 0; n < each; n += 1) await one(which * each + n);
    };
    await Promise.all(Array.from({ length: connections }, connection));
  };

  it('serves a crowd of anonymous readers nearly alone', async () => {
    const from = Date.now();
    let hits = 0;
    const etags = new Map<string, string | null>();
    await load(20, 100, async (n) => {
      const url = pages[n % pages.length] ?? '';
      const answer = await fetch(edge.url + url);
      await answer.bytes();
      expect(answer.status).toBe(200);
      if (cacheOf(answer).startsWith('edge; hit')) hits += 1;
      expect(answer.headers.get('cache-control')).toBe('public, max-age=5');
      expect(answer.headers.get('vary')).toBe('Authorization');
      etags.set(url, etags.get(url) ?? answer.headers.get('etag'));
      expect(answer.headers.get('etag')).toBe(etags.get(url));
      for (const name of ['set-cookie', 'via', 'x-varnish']) expect(answer.headers.get(name)).toBeNull();
      // Limits and request ids are of one reader.
      if (cacheOf(answer).startsWith('edge; hit')) expect(answer.headers.get('ratelimit')).toBeNull();
    });
    process.stdout.write(
      `Shared cache: ${hits} of 2000 anonymous reads were hits (${(hits / 20).toFixed(1)} %), ${asked.length} reached Posterr.\n`,
    );
    expect(hits / 2_000).toBeGreaterThan(0.95);
    // Once for each page and five seconds.
    const times = 1 + Math.ceil((Date.now() - from) / 5_000);
    expect(asked.length).toBeLessThanOrEqual(times * pages.length);
  });

  it('gives each reader their own, whoever reads the same at the same time', async () => {
    const wrong: string[] = [];
    const owned = '/v1/me';
    const seen = { shared: 0, own: 0, refused: 0 };
    const readers = [
      { client: nobody, name: undefined },
      { client: ada, name: 'ada' },
      { client: bob, name: 'bob' },
      { client: new Client(edge.url, undefined, undefined), name: 'bad' },
    ];
    const [post] = (await ada.page('/v1/users/ada/posts?limit=1')).items;
    const hello = pages.find((url) => url.startsWith('/v1/posts/')) ?? '';
    await load(20, 60, async (n) => {
      const { client, name } = readers[n % readers.length] ?? readers[0]!;
      const url = [owned, '/v1/users/ada', hello, '/v1/timelines/all', '/v1/users'][n % 5] ?? '';
      const headers = name === 'bad' ? BAD : {};
      const answer = await client.get<UserBody & PostBody & PageBody<UserBody & PostBody> & ProblemBody>(
        url,
        headers,
      );
      const { status, body } = answer;
      const view = body.items?.[0] ?? body;
      const fault = (what: string): void =>
        void wrong.push(`${name} ${url}: ${what} ${JSON.stringify(body)}`);
      if (name === undefined) {
        if (url === owned ? status !== 401 : status !== 200 || 'viewer' in view) fault('anonymous');
        seen.shared += 1;
      } else if (name === 'bad') {
        if (status !== 401) fault('refused');
        seen.refused += 1;
      } else {
        if (status !== 200 || answer.headers.get('cache-control') !== 'private, no-cache') fault('private');
        if (cacheOf(answer) !== 'edge; fwd=bypass') fault(cacheOf(answer));
        if (answer.headers.get('ratelimit') === null) fault('no limit');
        if (url === owned ? body.username !== name : !('viewer' in view)) fault('viewer');
        if (url === '/v1/users/ada' && body.viewer?.following !== (name === 'bob')) fault('following');
        if (url === hello && body.viewer?.reposted !== (name === 'bob')) fault('reposted');
        seen.own += 1;
      }
    });
    expect(wrong).toEqual([]);
    expect(seen).toEqual({ shared: 300, own: 600, refused: 300 });
    expect(post).toBeDefined();
  });

  it('answers HEAD and revalidations by itself, and those of users by Posterr', async () => {
    const url = '/v1/users?limit=2';
    const { headers } = await nobody.get(url);
    const etag = headers.get('etag') ?? '';
    asked.length = 0;
    const head = await nobody.send('HEAD', url);
    expect([head.status, head.body, head.headers.get('etag')]).toEqual([200, '', etag]);
    expect(head.headers.get('content-length')).toBe(headers.get('content-length'));
    for (const method of ['GET', 'HEAD']) {
      const same = await nobody.send(method, url, { headers: { 'if-none-match': etag } });
      expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, '', etag]);
      expect(same.headers.get('cache-control')).toBe('public, max-age=5');
      expect(same.headers.get('vary')).toBe('Authorization');
    }
    expect(asked).toHaveLength(0);
    const own = await ada.get(url);
    const again = await ada.get(url, { 'if-none-match': own.headers.get('etag') ?? '' });
    expect([again.status, again.headers.get('cache-control'), asked.length]).toEqual([
      304,
      'private, no-cache',
      2,
    ]);
  });

  it('never keeps what is refused, written or measured', async () => {
    const reads: [number, string, Record<string, string>][] = [
      [404, '/v1/users/soon', {}],
      [400, '/v1/users?limit=x', {}],
      [401, '/v1/me', {}],
      [401, '/v1/timelines/all', BAD],
      [401, '/v1/timelines/all', { authorization: '' }],
      [200, '/health/ready', {}],
      [200, '/metrics', {}],
    ];
    for (const [status, url, headers] of reads) {
      for (const _ of [1, 2]) {
        const answer = await nobody.get<ProblemBody>(url, headers);
        expect([url, answer.status, cacheOf(answer)]).toEqual([url, status, 'edge; fwd=bypass']);
        if (status < 400) continue;
        expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.headers.get('x-request-id')).toBe(answer.body.requestId);
      }
    }
    expect((await nobody.get('/v1/timelines/all')).status).toBe(200);
    // Who was not there is there at once.
    await new Client(edge.url).register('soon');
    expect((await nobody.get('/v1/users/soon')).status).toBe(200);
    for (const method of ['PUT', 'DELETE', 'PROPFIND']) {
      const { status, headers } = await nobody.send(method, '/v1/timelines/all');
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });

  it('shows what is written and hidden within the time that it may be kept', async () => {
    const url = '/v1/users/bob/posts';
    const top = async (): Promise<string | undefined> => (await nobody.page(url)).items[0]?.text;
    await top();
    await bob.publish('brand new');
    const from = Date.now();
    while ((await top()) !== 'brand new') await setTimeout(50);
    // Mostly after five: then whoever comes first gets the old one, while the new one is fetched.
    expect(Date.now() - from).toBeLessThan(10_000);
  });

  it('passes streams on as they come, to each reader their own', async () => {
    const shared = await Promise.all([1, 2].map(() => EventReader.open(`${edge.url}/v1/streams/public`)));
    const own = await EventReader.open(`${edge.url}/v1/stream`, {
      authorization: `Bearer ${bob.tokens?.accessToken}`,
    });
    const refused = await fetch(`${edge.url}/v1/stream`);
    expect([refused.status, cacheOf(refused)]).toEqual([401, 'edge; fwd=bypass']);
    const post = await ada.publish('heard @bob');
    const heard = (reader: EventReader): boolean =>
      reader.bodies<PostBody>('post').some(({ id }) => id === post.id);
    for (const reader of [...shared, own]) await reader.until(() => heard(reader));
    await own.until(() => own.bodies('notification').length > 0);
    for (const reader of shared) expect(reader.bodies('notification')).toEqual([]);
    expect(asked.filter(({ url }) => url === '/v1/streams/public')).toHaveLength(2);
    for (const reader of [...shared, own]) reader.close();
  });

  it('stands behind the load balancer, which tells Posterr by whom it is asked', async () => {
    if (!hasCaddy) {
      expect(process.env['REQUIRE_ENGINES']).not.toBe('1');
      return;
    }
    makeSecrets(folder);
    const edgePort = await freePort();
    const shipped = await shippedCaddy(folder, [new URL(world.url).host], edgePort);
    const caddy: ChildProcess = runCaddy(shipped);
    let own: ShippedEdge | undefined;
    const get = async (url: string, headers: Record<string, string> = {}) => {
      const sent = request(`https://localhost:${shipped.httpsPort}${url}`, {
        headers,
        localAddress: '127.0.0.2',
        ca: readFileSync(path.join(folder, 'ca.crt')),
        agent: false,
      }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      return { status: answer.statusCode, cache: answer.headers['cache-status'], body: await text(answer) };
    };
    try {
      const inner = mkdtempSync(path.join(folder, 'inner-'));
      own = await ShippedEdge.start(inner, shipped.innerPort, edgePort);
      asked.length = 0;
      for (const expected of ['edge; fwd=miss', expect.stringMatching(/^edge; hit/)]) {
        const { status, cache } = await get('/v1/users?limit=9', { 'x-forwarded-for': '192.0.2.7' });
        expect([status, cache]).toEqual([200, expected]);
      }
      expect(asked).toHaveLength(1);
      // Whoever asked Caddy, and no word of theirs.
      expect(asked[0]?.headers['x-forwarded-for']).toBe('127.0.0.2');
      for (const url of ['/metrics', '/metrics/', '/METRICS', '/%6detrics', '//metrics', '/v1/../metrics'])
        expect([url, (await get(url)).status]).toEqual([url, 404]);
      // Streams go past it.
      expect(await get('/v1/stream')).toMatchObject({ status: 401, cache: undefined });
      const token = `Bearer ${ada.tokens?.accessToken}`;
      expect(await get('/v1/me', { authorization: token })).toMatchObject({
        status: 200,
        cache: 'edge; fwd=bypass',
      });
    } finally {
      await own?.stop();
      await killed(caddy);
    }
  });
});
