import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request } from 'node:https';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { PROBLEMS } from '../../src/http/problems.js';
import { makeSecrets, readShipped } from './compose.js';
import { killed, runCaddy, shippedCaddy } from './shipped.js';

const isHere = spawnSync('caddy', ['version']).status === 0;

it('is tested where it must be', () => {
  expect(isHere || process.env['REQUIRE_ENGINES'] !== '1').toBe(true);
});

/** A stand-in for an API process, which says its name and what it got. */
class Upstream {
  isReady = true;
  requests = 0;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Upstream> {
    const server = createServer();
    const upstream = new Upstream(server);
    server.on('request', upstream.answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return upstream;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Streams that are open. */
  readonly streams = new Set<ServerResponse>();

  private readonly answer: RequestListener = (message, response) => {
    if (message.url === '/v1/stream') {
      this.streams.add(response.writeHead(200, { 'Content-Type': 'text/event-stream' }));
      response.once('close', () => this.streams.delete(response)).write('retry: 3000\n\n');
      return;
    }
    if (message.url === '/health/ready') response.statusCode = this.isReady ? 200 : 503;
    else this.requests += 1;
    response.end(JSON.stringify({ port: this.port, headers: message.headers }));
  };
}

(isHere ? describe : describe.skip)('the load balancer as docker/ configures it', () => {
  let folder: string;
  let caddy: ChildProcess;
  let httpsPort: number;
  let upstreams: Upstream[];

  const get = async (url: string, headers: Record<string, string> = {}) => {
    const sent = request(`https://localhost:${httpsPort}${url}`, {
      headers: { host: 'localhost', ...headers },
      ca: readFileSync(path.join(folder, 'ca.crt')),
      agent: false,
    }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, type: answer.headers['content-type'], body: await text(answer) };
  };
  const seen = async (url: string, headers?: Record<string, string>) =>
    JSON.parse((await get(url, headers)).body) as { port: number; headers: Record<string, string> };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'posterr-caddy-'));
    makeSecrets(folder);
    upstreams = [await Upstream.start(), await Upstream.start()];
    const shipped = await shippedCaddy(
      folder,
      upstreams.map(({ port }) => `127.0.0.1:${port}`),
    );
    httpsPort = shipped.httpsPort;
    execFileSync('caddy', ['validate', ...shipped.options], {
      env: shipped.env,
      stdio: 'pipe',
      timeout: 20_000,
    });
    caddy = runCaddy(shipped);
    for (let n = 0; n < 100; n += 1) {
      const status = await get('/').then(
        (answer) => answer.status,
        () => undefined,
      );
      if (status === 200) break;
      await setTimeout(100);
    }
  });
  afterAll(async () => {
    await killed(caddy);
    for (const upstream of upstreams) upstream.stop();
    rmSync(folder, { recursive: true });
  });

  it('is formatted as Caddy does', () => {
    const { stdout } = spawnSync('caddy', ['fmt', 'docker/caddy/Caddyfile'], { encoding: 'utf8' });
    expect(stdout).toBe(readShipped('caddy/Caddyfile'));
  });

  it('spreads requests, and says for whom they are in words that no client can forge', async () => {
    const answers = [];
    for (let n = 0; n < 20; n += 1) answers.push(await seen('/v1/posts', { 'x-forwarded-for': '192.0.2.7' }));
    expect(new Set(answers.map(({ port }) => port)).size).toBe(2);
    expect(answers[0]?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'localhost',
    });
  });

  it('keeps measurements from the public', async () => {
    for (const url of [
      '/metrics',
      '/metrics/',
      '/METRICS',
      '/%6detrics',
      '//metrics',
      '/metrics?x',
      '/v1/../metrics',
    ]) {
      const before = upstreams.map(({ requests }) => requests);
      expect([url, (await get(url)).status]).toEqual([url, 404]);
      expect(upstreams.map(({ requests }) => requests)).toEqual(before);
    }
  });

  it.each(['identity', 'gzip', 'zstd'])('passes streams on as they come (%s)', async (encoding) => {
    const sent = request(`https://localhost:${httpsPort}/v1/stream`, {
      headers: { host: 'localhost', 'accept-encoding': encoding },
      ca: readFileSync(path.join(folder, 'ca.crt')),
      agent: false,
    }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const decoders = { identity: new PassThrough(), gzip: createGunzip(), zstd: createZstdDecompress() };
    const decoder = decoders[encoding as keyof typeof decoders];
    const events = answer.pipe(
      answer.headers['content-encoding'] === undefined ? new PassThrough() : decoder,
    );
    expect(String((await once(events, 'data'))[0])).toBe('retry: 3000\n\n');
    const open = upstreams.flatMap(({ streams }) => [...streams]);
    for (const event of ['id: 1\ndata: {}\n\n', ': still here\n\n']) {
      open[0]?.write(event);
      expect(String((await once(events, 'data'))[0])).toBe(event);
    }
    answer.destroy();
    for (let n = 0; n < 500 && open.some(({ closed }) => !closed); n += 1) await setTimeout(10);
    expect(open.map(({ closed }) => closed)).toEqual([true]);
  });

  it('leaves a process alone within seconds of its readiness failing, and loses no request when one is away', async () => {
    const [first, second] = upstreams as [Upstream, Upstream];
    first.isReady = false;
    await setTimeout(4_500);
    for (let n = 0; n < 10; n += 1) expect((await seen('/')).port).toBe(second.port);
    first.isReady = true;
    await setTimeout(4_500);
    second.stop();
    for (let n = 0; n < 10; n += 1) expect((await seen('/')).port).toBe(first.port);
  });

  it('says as Posterr does that it cannot serve when no process is there', async () => {
    for (const upstream of upstreams) upstream.stop();
    const { status, type, body } = await get('/v1/posts?limit=1');
    expect({ status, type }).toEqual({ status: 503, type: 'application/problem+json' });
    expect(JSON.parse(body)).toEqual({
      type: 'urn:posterr:problem:service-unavailable',
      code: 'service-unavailable',
      ...PROBLEMS['service-unavailable'],
      detail: expect.any(String),
      instance: '/v1/posts',
      requestId: expect.any(String),
    });
  });
});
