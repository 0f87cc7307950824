import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PROBLEMS } from '../../src/http/problems.js';
import { describeWith } from '../support/engines.js';
import { ShippedEdge } from './shipped.js';

/** An origin that answers as it is told, and counts. */
class Origin {
  status = 200;
  version = 1;
  headers: Record<string, string> = {};
  /** What came, but for probes. */
  readonly asked: IncomingMessage[] = [];
  /** Streams that are open for somebody. */
  readonly streams: ServerResponse[] = [];
  private readonly waiting: (() => void)[] = [];
  private isSlow = false;

  private constructor(private readonly server: Server) {}

  static async start(port = 0): Promise<Origin> {
    const server = createServer();
    const origin = new Origin(server);
    server.on('request', (request, response) => origin.answer(request, response));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return origin;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Answers nothing but probes until it is told to. */
  slow(): void {
    this.isSlow = true;
  }

  go(): void {
    this.isSlow = false;
    for (const answer of this.waiting.splice(0)) answer();
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    if (this.server.listening) await once(this.server, 'close');
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.startsWith('/health')) {
      response.end();
      return;
    }
    this.asked.push(request);
    if (request.url?.startsWith('/v1/stream')) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', ...this.headers });
      response.write('retry: 3000\n\n');
      this.streams.push(response);
      return;
    }
    const send = (): void => {
      const etag = `"${this.version}"`;
      const isSame = request.headers['if-none-match'] === etag && this.status === 200;
      response.writeHead(isSame ? 304 : this.status, {
        'Cache-Control': 'public, max-age=5',
        Vary: 'Authorization',
        ...(this.status === 200 && { ETag: etag }),
        ...this.headers,
      });
      response.end(isSame ? undefined : `version ${this.version} of ${request.url}`);
    };
    if (this.isSlow) this.waiting.push(send);
    else send();
  }
}

describeWith('varnishd', 'the shared cache as docker/ configures it', () => {
  let folder: string;
  let origin: Origin;
  let edge: ShippedEdge;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'posterr-edge-'));
    origin = await Origin.start();
    edge = await ShippedEdge.start(folder, origin.port);
  });
  beforeEach(() => {
    origin.status = 200;
    origin.version = 1;
    origin.headers = { 'CDN-Cache-Control': 'max-age=1, stale-while-revalidate=2, stale-if-error=60' };
    origin.asked.length = 0;
  });
  afterAll(async () => {
    await edge.stop();
    await origin.stop();
    rmSync(folder, { recursive: true });
  });

  const get = async (url: string, init: RequestInit = {}) => {
    const answer = await fetch(edge.url + url, init);
    return {
      status: answer.status,
      body: await answer.text(),
      headers: answer.headers,
      cache: answer.headers.get('cache-status'),
    };
  };
  const bodies = async (url: string, count: number): Promise<string[]> => {
    const answers = [];
    for (let n = 0; n < count; n += 1) answers.push((await get(url)).body);
    return answers;
  };
  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    for (let n = 0; n < 200 && !(await condition()); n += 1) await setTimeout(25);
    expect(await condition()).toBe(true);
  };

  it('asks once for what many want at once', async () => {
    origin.slow();
    const sent = Array.from({ length: 50 }, () => get('/collapsed'));
    await until(() => origin.asked.length > 0);
    await setTimeout(200);
    origin.go();
    const answers = await Promise.all(sent);
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['version 1 of /collapsed']));
    expect(origin.asked).toHaveLength(1);
  });

  it('answers at once with what is stale while it asks for what is new, and not for longer than it may', async () => {
    expect(await bodies('/stale', 3)).toEqual(Array.from({ length: 3 }, () => 'version 1 of /stale'));
    expect(origin.asked).toHaveLength(1);
    await setTimeout(1_200);
    origin.version = 2;
    origin.slow();
    const stale = await get('/stale');
    expect([stale.body, stale.cache]).toEqual([
      'version 1 of /stale',
      expect.stringMatching(/^edge; hit; ttl=-?[01]$/),
    ]);
    origin.go();
    await until(async () => (await get('/stale')).body === 'version 2 of /stale');
    expect(origin.asked).toHaveLength(2);
    // Longer than both times together: whoever comes waits for the new one.
    await setTimeout(3_300);
    origin.version = 3;
    expect(await bodies('/stale', 2)).toEqual(['version 3 of /stale', 'version 3 of /stale']);
  });

  it('revalidates by the tag, and answers those who do so itself', async () => {
    await get('/same');
    const again = await get('/same', { headers: { 'if-none-match': 'W/"1"' } });
    expect([again.status, again.body, origin.asked.length]).toEqual([304, '', 1]);
    expect(again.headers.get('etag')).toBe('"1"');
    await setTimeout(1_200);
    await get('/same');
    await until(() => origin.asked.length === 2);
    expect(origin.asked[1]?.headers['if-none-match']).toBe('"1"');
    await until(async () => (await get('/same')).headers.get('age') === '0');
    expect((await get('/same', { method: 'HEAD' })).headers.get('content-length')).toBe('18');
    expect(origin.asked).toHaveLength(2);
  });

  it('prefers what is stale to a failure', async () => {
    await get('/fails');
    await setTimeout(3_200);
    origin.headers = { 'Cache-Control': 'no-store', 'Retry-After': '7' };
    for (const status of [500, 502, 503, 504]) {
      origin.status = status;
      expect(await bodies('/fails', 3)).toEqual(Array.from({ length: 3 }, () => 'version 1 of /fails'));
      // Where there is nothing, the origin's own word.
      const { headers, ...other } = await get('/fails/other');
      expect([other.status, headers.get('retry-after'), other.cache]).toEqual([
        status,
        '7',
        'edge; fwd=bypass',
      ]);
    }
    origin.status = 200;
    origin.version = 2;
    await until(async () => (await get('/fails')).body === 'version 2 of /fails');
    expect((await get('/fails/other')).status).toBe(200);
  });

  it('does not prefer it to an answer that it is gone', async () => {
    await get('/hidden');
    await setTimeout(1_200);
    origin.status = 404;
    origin.headers = { 'Cache-Control': 'no-store' };
    await until(async () => (await get('/hidden')).status === 404);
    for (let n = 0; n < 5; n += 1) expect((await get('/hidden')).status).toBe(404);
    origin.status = 200;
    expect((await get('/hidden')).status).toBe(200);
  });

  it.each([
    ['no-store for all', { 'Cache-Control': 'no-store' }],
    ['no-store for shared caches', { 'CDN-Cache-Control': 'no-store' }],
    ['private', { 'Cache-Control': 'private, no-cache' }],
    ['a cookie', { 'Set-Cookie': 'a=b', 'CDN-Cache-Control': 'max-age=5' }],
  ])('keeps nothing that it may not: %s', async (_, headers) => {
    const url = `/unkept/${encodeURIComponent(JSON.stringify(headers))}`;
    origin.headers = headers;
    for (let n = 1; n <= 3; n += 1) {
      origin.version = n;
      expect((await get(url)).body).toBe(`version ${n} of ${url}`);
    }
  });

  it('keeps by Cache-Control where there is no other word, and never stale', async () => {
    origin.headers = { 'Cache-Control': 'public, max-age=1' };
    expect(await bodies('/keys', 2)).toEqual(['version 1 of /keys', 'version 1 of /keys']);
    await setTimeout(1_200);
    origin.version = 2;
    expect(await bodies('/keys', 1)).toEqual(['version 2 of /keys']);
  });

  it.each(['/v1/stream', '/v1/streams/public'])('lets streams through as they come: %s', async (url) => {
    origin.streams.length = 0;
    const readers = [];
    // Even if they forgot to say that nobody may keep them, and while another one is open.
    for (const n of [0, 1]) {
      const { headers, body } = await fetch(edge.url + url);
      expect([headers.get('cache-status'), headers.get('content-encoding')]).toEqual([
        'edge; fwd=bypass',
        null,
      ]);
      const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
      readers.push(reader);
      expect((await reader.read()).value).toBe('retry: 3000\n\n');
      for (const event of ['id: 1\ndata: {}\n\n', ': still here\n\n']) {
        origin.streams[n]!.write(event);
        expect((await reader.read()).value).toBe(event);
      }
    }
    for (const reader of readers) await reader.cancel();
    await until(() => {
      for (const stream of origin.streams) if (!stream.closed) stream.write(': anybody?\n\n');
      return origin.streams.every(({ closed }) => closed);
    });
  });

  it('says who asks in words that no client can forge, but for its request id', async () => {
    const headers = { 'x-request-id': 'mine', 'x-edge': 'failed', cookie: 'a=b' };
    expect((await get('/ids', { headers })).headers.get('x-request-id')).toBe('mine');
    expect((await get('/ids')).headers.get('x-request-id')).toMatch(/^edge-\d+-\d+$/);
    const [first] = origin.asked;
    expect(first?.headers).toMatchObject({ 'x-request-id': 'mine' });
    for (const name of ['x-edge', 'cookie']) expect(first?.headers[name]).toBeUndefined();
  });

  it('goes on when the origin is gone, and says as Posterr does that it cannot serve what it has not', async () => {
    await get('/kept');
    const { port } = origin;
    await origin.stop();
    await setTimeout(3_200);
    for (let n = 0; n < 5; n += 1) expect((await get('/kept')).body).toBe('version 1 of /kept');
    for (const [method, url] of [
      ['GET', '/v1/other"<>?a=b'],
      ['POST', '/v1/posts'],
    ] as const) {
      const { status, body, headers } = await get(url, { method, headers: { 'x-request-id': 'mine' } });
      expect([
        status,
        headers.get('content-type'),
        headers.get('cache-control'),
        headers.get('retry-after'),
      ]).toEqual([503, 'application/problem+json', 'no-store', '1']);
      expect(JSON.parse(body)).toEqual({
        type: 'urn:posterr:problem:service-unavailable',
        code: 'service-unavailable',
        ...PROBLEMS['service-unavailable'],
        detail: expect.any(String),
        instance: url === '/v1/posts' ? url : expect.stringMatching(/^\/v1\/other[%\w]*$/),
        requestId: 'mine',
      });
    }
    const back = await Origin.start(port);
    back.version = 2;
    back.headers = origin.headers;
    origin = back;
    await until(async () => (await get('/kept')).body === 'version 2 of /kept');
    await until(async () => (await get('/kept', { method: 'POST' })).status === 200);
  });
});
