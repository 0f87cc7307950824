import { connect } from 'node:net';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ADA, type HttpApp, problem, type ProblemBody, startHttpApp } from '../../test/support/http-app.js';
import { DomainError } from '../shared/errors.js';
import type { Id } from '../shared/ids.js';
import { Authenticated, OptionallyAuthenticated, Reader } from './current-user.js';
import { ServiceUnavailable } from '../shared/errors.js';

class Unlisted extends DomainError {
  readonly code = 'nobody-knows-this';
}

const SECRET = 'SELECT secret FROM /srv/posterr/store.js';

@Controller('v1/things')
class ThingsController {
  @Get()
  @OptionallyAuthenticated()
  list(@Reader() readerId?: Id): object {
    return { things: [], readerId };
  }

  @Post()
  @Authenticated()
  make(@Body() body: object): object {
    return body;
  }

  @Post('anything')
  @HttpCode(200)
  anything(@Body() body: unknown): object {
    return { body: body ?? 'none' };
  }

  @Get('fails/:how')
  fail(@Param('how') how: string): never {
    if (how === 'text') throw SECRET as unknown as Error;
    if (how === 'status') throw Object.assign(new Error(SECRET), { statusCode: 'ENOENT' });
    if (how === 'unlisted') throw new Unlisted(SECRET);
    if (how === 'unavailable') throw new ServiceUnavailable(2);
    throw new TypeError(SECRET);
  }

  @Get(':name/parts')
  parts(@Param('name') name: string): object {
    return { name };
  }
}

const dependencies = { checks: { store: () => Promise.resolve() } };
let app: HttpApp;
beforeAll(async () => {
  const changes = { rateLimitPerMinute: 100_000, corsOrigins: ['https://a.example'] };
  app = await startHttpApp([ThingsController], changes, dependencies);
});
afterAll(() => app.close());

const post = (
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
  as = 'ada',
): Promise<Response> =>
  app.get(path, as, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } });

/** What the server says to bytes that no HTTP client would send. */
function say(bytes: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    socket.setTimeout(5_000, () => socket.destroy(new Error('The connection was not closed.')));
    socket.on('data', (data) => (heard += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
  });
}

describe('a failure', () => {
  it.each(['plainly', 'text', 'status', 'unlisted'])('inside tells nothing: %s', async (how) => {
    const answer = await app.get(`/v1/things/fails/${how}?token=xyz`);
    const body = await problem(answer);
    expect(body).toMatchObject({ status: 500, code: 'internal-error', instance: `/v1/things/fails/${how}` });
    expect(JSON.stringify([body, ...answer.headers])).not.toMatch(/SELECT|secret|srv|TypeError|at .*js|xyz/);
  });

  it('that passes says when to come back', async () => {
    const answer = await app.get('/v1/things/fails/unavailable');
    expect(await problem(answer)).toMatchObject({ status: 503, code: 'service-unavailable' });
    expect(answer.headers.get('Retry-After')).toBe('2');
  });
});

describe('a way', () => {
  it.each([
    ['GET', '/v1/nothing', 404, null],
    ['GET', '/', 404, null],
    ['GET', '/v1/things/', 404, null],
    ['GET', '/v1/things//parts', 404, null],
    ['POST', '/v1/things//parts', 404, null],
    ['OPTIONS', '/v1/nothing', 404, null],
    ['PUT', '/v1/things', 405, 'GET, HEAD, POST, OPTIONS'],
    ['DELETE', '/v1/things/x/parts', 405, 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/v1/things/anything', 405, 'POST, OPTIONS'],
    ['GET', '/v1/things/anything', 405, 'POST, OPTIONS'],
    ['POST', '/docs/swagger-ui.css', 405, 'GET, HEAD, OPTIONS'],
    ['GET', '/docs/nothing', 404, null],
    ['GET', '/v1/%zz', 400, null],
    ['GET', '/v1/things/%ff/parts', 400, null],
    ['GET', '/v1/things/%E0%80%AF/parts', 400, null],
    ['OPTIONS', '/v1/%zz', 400, null],
  ])('that leads nowhere: %s %s', async (method, path, status, allow) => {
    const answer = await app.get(path, 'ada', { method });
    const codes = { 400: 'malformed-request', 404: 'not-found', 405: 'method-not-allowed' };
    const code = codes[status as keyof typeof codes];
    expect(await problem(answer)).toMatchObject({ status, code, instance: path.replace('%z', '%25z') });
    expect(answer.headers.get('Allow')).toBe(allow);
    const limit = path.startsWith('/docs') ? '' : expect.stringMatching(/^"default";r=\d+;t=60$/);
    expect(answer.headers.get('RateLimit') ?? '').toEqual(limit);
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
  });

  it('that cannot be decoded is named by a URI reference all the same', async () => {
    const { instance } = await problem(await app.get('/v1/%zz%a%41'));
    expect(instance).toBe('/v1/%25zz%25a%41');
  });

  it('that cannot be decoded is not for those with a bad token', async () => {
    const refused = await app.get('/v1/things/%ff/parts', 'nobody');
    expect(await problem(refused)).toMatchObject({ status: 401, instance: '/v1/things/%ff/parts' });
  });

  it('with a name of any length or script is one', async () => {
    for (const name of ['x'.repeat(5_000), '日本', '%25', 'a b', '%2F']) {
      const path = `/v1/things/${name.startsWith('%') ? name : encodeURIComponent(name)}/parts`;
      const expected = name.startsWith('%') ? decodeURIComponent(name) : name;
      expect(await (await app.get(path)).json()).toEqual({ name: expected });
    }
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['GARBAGE\r\n\r\n', 400, 'malformed-request'],
    ['BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed-request'],
    ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400, 'malformed-request'],
    [
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'malformed-request',
    ],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'header-too-large'],
    [`GET /?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'header-too-large'],
  ])('is answered as a problem: %j', async (bytes, status, code) => {
    const [head = '', body = ''] = (await say(bytes)).split('\r\n\r\n');
    expect(head).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} .*\r\nContent-Type: application/problem\\+json\r\n`),
    );
    expect(head).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/);
    const { requestId, ...rest } = JSON.parse(body) as ProblemBody;
    expect(rest).toMatchObject({ type: `urn:posterr:problem:${code}`, status, code, instance: '' });
    expect(head).toContain(`X-Request-Id: ${requestId}`);
  });
});

describe('a request id', () => {
  it.each([['a'], ['A-b_c.9'], ['x'.repeat(128)]])('that is a plain word is taken over: %s', async (id) => {
    const answer = await app.get('/v1/things', undefined, { headers: { 'X-Request-Id': id } });
    expect(answer.headers.get('X-Request-Id')).toBe(id);
  });

  it.each(['', 'a b', 'a,b', 'x'.repeat(129), '<b>', '{}', 'a\tb', 'ä', 'a\r\nX-Request-Id: b'])(
    'that is anything else is replaced: %j',
    async (id) => {
      const bytes = `GET /v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: ${id}\r\n\r\n`;
      expect(await say(bytes)).toMatch(/\r\nx-request-id: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\r\n/);
    },
  );
});

describe('a reading', () => {
  it('may be kept by everybody for seconds, or asked for again', async () => {
    const first = await app.get('/v1/things');
    const etag = first.headers.get('ETag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(first.headers.get('Cache-Control')).toBe('public, max-age=5');
    for (const tags of [etag, `W/${etag}`, `"x", ${etag} , "y"`, '*']) {
      const again = await app.get('/v1/things', undefined, { headers: { 'If-None-Match': tags } });
      expect([tags, again.status, await again.text()]).toEqual([tags, 304, '']);
      expect(again.headers.get('ETag')).toBe(etag);
      expect(again.headers.get('Vary')).toContain('Authorization');
      expect(again.headers.get('RateLimit')).not.toBeNull();
    }
    for (const tags of ['"x"', etag.slice(1, -1), '']) {
      const again = await app.get('/v1/things', undefined, { headers: { 'If-None-Match': tags } });
      expect([tags, again.status]).toEqual([tags, 200]);
    }
  });

  it('for a user is theirs alone', async () => {
    const mine = await app.get('/v1/things', 'ada');
    expect(await mine.json()).toEqual({ things: [], readerId: ADA });
    expect(mine.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(mine.headers.get('ETag')).not.toBe((await app.get('/v1/things')).headers.get('ETag'));
  });

  it('by HEAD is the same without the body', async () => {
    for (const [path, status] of [
      ['/v1/things', 200],
      ['/v1/nothing', 404],
    ] as const) {
      const get = await app.get(path, 'ada', { headers: { 'X-Request-Id': 'same' } });
      const head = await app.get(path, 'ada', { method: 'HEAD', headers: { 'X-Request-Id': 'same' } });
      expect([head.status, await head.text()]).toEqual([status, '']);
      const changing = ['date', 'ratelimit', 'connection', 'keep-alive'];
      const lasting = (all: Headers): [string, string][] =>
        [...all].filter(([name]) => !changing.includes(name));
      expect(lasting(head.headers)).toEqual(lasting(get.headers));
    }
  });

  it('is not what a POST answers', async () => {
    const { headers } = await post('/v1/things', '{"text":"xxx"}');
    expect([headers.get('Cache-Control'), headers.get('ETag')]).toEqual(['no-store', null]);
  });
});

describe('a page of another origin', () => {
  const from = (origin: string, init: RequestInit = {}): Promise<Response> =>
    app.get('/v1/things', undefined, { ...init, headers: { ...init.headers, Origin: origin } });

  it('may read when it is allowed to', async () => {
    const { headers } = await from('https://a.example');
    expect(headers.get('Access-Control-Allow-Origin')).toBe('https://a.example');
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(headers.get('Vary')?.split(', ').toSorted()).toEqual(['Authorization', 'Origin']);
    for (const origin of ['https://b.example', 'https://a.example.b.example', 'http://a.example', 'null']) {
      expect((await from(origin)).headers.get('Access-Control-Allow-Origin')).toBeNull();
    }
  });

  it('learns why it was refused', async () => {
    const refused = await app.get('/v1/%zz', undefined, { headers: { Origin: 'https://a.example' } });
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('https://a.example');
  });

  it('asks first, and that is not counted', async () => {
    const left = async (): Promise<number> =>
      Number(/r=(\d+)/.exec((await app.get('/v1/things')).headers.get('RateLimit') ?? '')?.[1]);
    const before = await left();
    const asked = {
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization',
    };
    const preflight = await from('https://a.example', { method: 'OPTIONS', headers: asked });
    expect([preflight.status, await preflight.text()]).toEqual([204, '']);
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toContain('POST');
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toBe('authorization');
    expect(preflight.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(preflight.headers.get('X-Request-Id')).not.toBeNull();
    expect(await left()).toBe(before - 1);
  });

  it('is not needed to ask which methods there are', async () => {
    const answer = await app.get('/v1/things', undefined, { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('Allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    expect((await app.get('/v1/things', 'nobody', { method: 'OPTIONS' })).status).toBe(401);
  });

  it('is not needed to ask the server as a whole', async () => {
    const all = await say('OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(all).toMatch(/^HTTP\/1\.1 204 [^]*\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/);
    for (const name of ['x-request-id', 'x-content-type-options', 'ratelimit'])
      expect(all).toContain(`\r\n${name}: `);
    for (const line of ['GET *', 'OPTIONS /*'])
      expect(await say(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 404 [^]*"not-found"/,
      );
  });
});

describe('those who run it', () => {
  it('learn what does not answer', async () => {
    expect((await app.get('/health/ready')).status).toBe(200);
    dependencies.checks.store = () => Promise.reject(new Error(SECRET));
    try {
      const answer = await app.get('/health/ready');
      expect(await problem(answer)).toMatchObject({ status: 503, code: 'service-unavailable' });
      expect(answer.headers.get('Retry-After')).toBe('1');
      expect((await app.get('/health/live')).status).toBe(200);
    } finally {
      dependencies.checks.store = () => Promise.resolve();
    }
  });

  it('measure routes and not URLs, each server by itself', async () => {
    const other = await startHttpApp([ThingsController]);
    try {
      for (const name of ['one', 'two']) await other.get(`/v1/things/${name}/parts`);
      await other.get('/v1/%zz');
      await other.get('/v1/nothing');
      const text = await (await other.get('/metrics')).text();
      const counts = text
        .split('\n')
        .filter((line) => line.startsWith('http_request_duration_seconds_count'));
      expect(counts).toEqual([
        'http_request_duration_seconds_count{method="GET",route="/v1/things/:name/parts",status="200"} 2',
        'http_request_duration_seconds_count{method="GET",route="unknown",status="400"} 1',
        'http_request_duration_seconds_count{method="GET",route="unknown",status="404"} 1',
      ]);
      expect(text).toContain('process_cpu_seconds_total');
    } finally {
      await other.close();
    }
  });

  it('read pages that load nothing from elsewhere', async () => {
    const page = await app.get('/docs');
    expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self';");
    const text = await page.text();
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    for (const [, file] of text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) {
      const answer = await app.get(`/${file}`);
      expect([file, answer.status, (await answer.bytes()).length > 0]).toEqual([file, 200, true]);
    }
    // Scripts inside of the page would not run under its policy.
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
  });
});
