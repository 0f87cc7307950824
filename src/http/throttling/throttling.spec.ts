import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ADA, type HttpApp, startHttpApp } from '../../../test/support/http-app.js';
import { HOUR, MINUTE, SECOND } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { Authenticated, OptionallyAuthenticated } from '../current-user.js';
import { LoginThrottle, RegistrationThrottle } from './auth-throttle.decorator.js';
import { Publishes } from './publishes.decorator.js';

class QuotaUsedUp extends DomainError {
  readonly code = 'quota-exceeded';
  override readonly retryAfter = 12 * 3_600;
}

@Controller()
class SpecController {
  @Get(['v1/read', '.well-known/jwks.json'])
  @OptionallyAuthenticated()
  read(): object {
    return {};
  }

  @Post('v1/posts')
  @Authenticated()
  @Publishes()
  publish(@Body() body: { fail?: boolean }): object {
    if (body.fail) throw new QuotaUsedUp();
    return {};
  }

  @Put('v1/posts/:id/repost')
  @Authenticated()
  @Publishes()
  repost(): object {
    return {};
  }

  @Post('v1/login')
  @HttpCode(200)
  @LoginThrottle()
  login(): object {
    return {};
  }

  @Post('v1/register')
  @RegistrationThrottle()
  register(): object {
    return {};
  }
}

let app: HttpApp;
const start = async (limits: Parameters<typeof startHttpApp>[1]): Promise<void> => {
  app = await startHttpApp([SpecController], limits);
};
afterEach(() => app.close());

const headersOf = ({ headers }: Response): (string | null)[] => [
  headers.get('RateLimit-Policy'),
  headers.get('RateLimit'),
];
const post = (path: string, body: unknown = {}, as?: string, from = '192.0.2.1'): Promise<Response> =>
  app.get(path, as, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': from },
  });
const times = <Result>(count: number, run: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
const countOf = (answers: Response[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

describe('the default policy', () => {
  it('is told on every answer, exactly, and nothing else is', async () => {
    await start({ rateLimitPerMinute: 300 });
    const first = await app.get('/v1/read');
    expect(headersOf(first)).toEqual(['"default";q=300;w=60', '"default";r=299;t=60']);
    app.clock.time += 1;
    expect(headersOf(await app.get('/v1/read'))[1]).toBe('"default";r=298;t=60');
    app.clock.time += 998;
    expect(headersOf(await app.get('/v1/read'))[1]).toBe('"default";r=297;t=60');
    app.clock.time += 2;
    expect(headersOf(await app.get('/v1/read'))[1]).toBe('"default";r=296;t=59');
    for (const name of first.headers.keys()) expect(name).not.toMatch(/^x-ratelimit/);
  });

  it('lets exactly the limit through of 100 requests at once, and again in the next window', async () => {
    await start({ rateLimitPerMinute: 40 });
    for (let window = 0; window < 2; window++) {
      const answers = await times(100, () => app.get('/v1/read', 'ada'));
      expect([countOf(answers, 200), countOf(answers, 429)]).toEqual([40, 60]);
      const left = answers.map(({ headers }) => Number(/r=(\d+)/.exec(headers.get('RateLimit') ?? '')?.[1]));
      expect(left.filter((r) => r > 0).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 39 }, (_, r) => r + 1),
      );
      app.clock.time += MINUTE - 1;
      const last = await app.get('/v1/read', 'ada');
      expect([last.status, last.headers.get('Retry-After')]).toEqual([429, '1']);
      expect(await last.json()).toMatchObject({ code: 'rate-limited' });
      expect(headersOf(last)).toEqual(['"default";q=40;w=60', '"default";r=0;t=1']);
      // Pages of other origins may read it too.
      expect(last.headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(last.headers.get('Cache-Control')).toBe('no-store');
      app.clock.time += 1;
    }
  });

  it('counts users by themselves, everybody else by address, bad tokens too', async () => {
    await start({ rateLimitPerMinute: 10 });
    const left = async (as?: string): Promise<string | null> =>
      headersOf(await app.get('/v1/read', as))[1] ?? null;
    expect(await left('ada')).toBe('"default";r=9;t=60');
    expect(await left('grace')).toBe('"default";r=9;t=60');
    expect(await left()).toBe('"default";r=9;t=60');
    expect(await left('nobody')).toBe('"default";r=8;t=60');
    expect(await left('down')).toBe('"default";r=7;t=60');
    expect(await left('ada')).toBe('"default";r=8;t=60');
  });

  it('counts the addresses of one IPv6 network as one', async () => {
    await start({ rateLimitPerMinute: 10 });
    const left = async (from: string): Promise<string | null> =>
      headersOf(await post('/v1/login', {}, undefined, from))[1] ?? null;
    expect(await left('2001:db8:1:2::1')).toBe('"default";r=9;t=60');
    expect(await left('2001:db8:1:2:ffff::2')).toBe('"default";r=8;t=60');
    expect(await left('2001:db8:1:3::1')).toBe('"default";r=9;t=60');
  });

  it('counts unknown routes, malformed bodies and refusals', async () => {
    await start({ rateLimitPerMinute: 10 });
    const answers = [
      await app.get('/v1/nothing'),
      await post('/v1/login', '{"', undefined, '127.0.0.1'),
      await post('/v1/posts', {}, undefined, '127.0.0.1'),
      await app.get('/v1/read', 'x'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 400, 401, 401]);
    expect(answers.map((answer) => headersOf(answer)[1])).toEqual(
      [9, 8, 7, 6].map((r) => `"default";r=${r};t=60`),
    );
    await times(6, () => app.get('/nothing'));
    const refused = [
      await app.get('/nothing'),
      await app.get('/v1/read', 'x'),
      await post('/v1/login', '{"', undefined, '127.0.0.1'),
    ];
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429]);
  });

  it('leaves out what watches and explains the service', async () => {
    await start({ rateLimitPerMinute: 1 });
    await app.get('/v1/read');
    for (const path of [
      '/health/live',
      '/health/ready?a=b',
      '/docs',
      '/docs/swagger-ui.css',
      '/metrics',
      '/openapi.json',
      '/.well-known/jwks.json',
      '/metrics?a=b',
    ]) {
      const answer = await app.get(path);
      expect([path, answer.status, ...headersOf(answer)]).toEqual([path, 200, null, null]);
    }
    for (const path of ['/v1/read?/health', '/healthy', '/docsx', '/metrics/x', '/openapi.jsonx', '//health'])
      expect([path, (await app.get(path)).status]).toEqual([path, 429]);
  });

  it('is not there when the limit is 0', async () => {
    await start({ rateLimitPerMinute: 0 });
    const answers = await times(50, () => app.get('/v1/read'));
    expect(countOf(answers, 200)).toBe(50);
    expect(headersOf(answers[0] as Response)).toEqual([null, null]);
  });
});

describe('the policy "posts"', () => {
  const POLICY = '"default";q=300;w=60, "posts";q=5;w=86400';

  it('is on every answer of a publishing route to an authenticated user', async () => {
    await start({ rateLimitPerMinute: 300, postsPerDay: 5 });
    app.used.set(ADA, 1);
    expect(headersOf(await post('/v1/posts', {}, 'ada'))).toEqual([
      POLICY,
      '"default";r=299;t=60, "posts";r=4;t=43200',
    ]);
    expect(headersOf(await app.get('/v1/posts/x/repost', 'grace', { method: 'PUT' }))).toEqual([
      POLICY,
      '"default";r=299;t=60, "posts";r=5;t=43200',
    ]);
    app.clock.time += 12 * HOUR - SECOND - 500;
    const malformed = await post('/v1/posts', '{"', 'ada');
    expect(malformed.status).toBe(400);
    expect(headersOf(malformed)).toEqual([POLICY, '"default";r=299;t=60, "posts";r=4;t=2']);
    const media = await app.get('/v1/posts', 'ada', {
      method: 'POST',
      body: 'a',
      headers: { 'Content-Type': 'text/csv' },
    });
    expect(media.status).toBe(415);
    expect(headersOf(media)).toEqual([POLICY, '"default";r=298;t=60, "posts";r=4;t=2']);
  });

  it('shows that nothing is left when the quota is used up', async () => {
    await start({ rateLimitPerMinute: 300, postsPerDay: 5 });
    app.used.set(ADA, 5);
    const refused = await post('/v1/posts', { fail: true }, 'ada');
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '43200']);
    expect(headersOf(refused)[1]).toBe('"default";r=299;t=60, "posts";r=0;t=43200');
    app.used.set(ADA, 7);
    expect(headersOf(await post('/v1/posts', {}, 'ada'))[1]).toContain('"posts";r=0;');
  });

  it('is told with a 429 of the default policy too', async () => {
    await start({ rateLimitPerMinute: 1, postsPerDay: 5 });
    await post('/v1/posts', {}, 'ada');
    const refused = await post('/v1/posts', {}, 'ada');
    expect([refused.status, ...headersOf(refused)]).toEqual([
      429,
      '"default";q=1;w=60, "posts";q=5;w=86400',
      '"default";r=0;t=60, "posts";r=5;t=43200',
    ]);
  });

  it('has no state for whom nobody knows', async () => {
    await start({ rateLimitPerMinute: 300, postsPerDay: 5 });
    for (const [as, left] of [
      [undefined, 299],
      ['nobody', 298],
    ] as const) {
      const refused = await post('/v1/posts', {}, as);
      expect([refused.status, ...headersOf(refused)]).toEqual([401, POLICY, `"default";r=${left};t=60`]);
    }
  });

  it('is on no other route, stands alone without a default policy, and is gone when the quota is 0', async () => {
    await start({ rateLimitPerMinute: 0, postsPerDay: 5 });
    expect(headersOf(await app.get('/v1/read', 'ada'))).toEqual([null, null]);
    expect(headersOf(await app.get('/v1/nothing', 'ada'))).toEqual([null, null]);
    expect(headersOf(await post('/v1/posts', {}, 'ada'))).toEqual([
      '"posts";q=5;w=86400',
      '"posts";r=5;t=43200',
    ]);
    await app.close();
    await start({ rateLimitPerMinute: 300, postsPerDay: 0 });
    expect(headersOf(await post('/v1/posts', {}, 'ada'))).toEqual([
      '"default";q=300;w=60',
      '"default";r=299;t=60',
    ]);
  });
});

describe('login and registration', () => {
  it('limit an account to a thirtieth, whatever the case of its name and the judgement of the body', async () => {
    await start({ rateLimitPerMinute: 300 });
    const names = ['Ada', 'ada', 'ADA', 'aDa'];
    const answers = await times(16, (index) => post('/v1/login', { username: names[index % 4] }));
    expect([countOf(answers, 200), countOf(answers, 429)]).toEqual([10, 6]);
    const refused = await post('/v1/login', { username: 'ada' });
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(await refused.json()).toMatchObject({ code: 'rate-limited' });
    for (const name of refused.headers.keys()) expect(name).not.toMatch(/^x-ratelimit|^retry-after-/);
    expect((await post('/v1/login', { username: 'grace' })).status).toBe(200);
    app.clock.time += MINUTE;
    expect((await post('/v1/login', { username: 'ada' })).status).toBe(200);
  });

  it('limit an address to a tenth, whatever the body is, each operation by itself', async () => {
    await start({ rateLimitPerMinute: 300 });
    const bodies = [{ username: 1 }, {}, [], null, { username: { $ne: 1 } }];
    const answers = await times(40, (index) =>
      post('/v1/login', index < 5 ? bodies[index] : { username: `name${index}` }),
    );
    expect([countOf(answers, 200), countOf(answers, 429)]).toEqual([30, 10]);
    const registrations = await times(40, () => post('/v1/register', { username: 'ada' }));
    expect([countOf(registrations, 201), countOf(registrations, 429)]).toEqual([30, 10]);
  });

  it('do not let an address that is refused use up the attempts of an account', async () => {
    await start({ rateLimitPerMinute: 300 });
    const login = (username: string, from: string): Promise<Response> =>
      post('/v1/login', { username }, undefined, from);
    await times(30, (index) => login(`name${index}`, '192.0.2.1'));
    expect(countOf(await times(20, () => login('ada', '192.0.2.1')), 429)).toBe(20);
    expect(countOf(await times(12, () => login('ada', '192.0.2.2')), 200)).toBe(10);
    expect((await login('ada', '192.0.2.3')).status).toBe(429);
  });

  it('allow at least one attempt, and any number when there is no limit', async () => {
    await start({ rateLimitPerMinute: 5 });
    expect(countOf(await times(3, () => post('/v1/login', { username: 'ada' })), 200)).toBe(1);
    expect(countOf(await times(2, () => post('/v1/register')), 201)).toBe(1);
    await app.close();
    await start({ rateLimitPerMinute: 0 });
    expect(countOf(await times(60, () => post('/v1/login', { username: 'ada' })), 200)).toBe(60);
    expect(countOf(await times(60, () => post('/v1/register')), 201)).toBe(60);
  });

  it('leave other operations alone', async () => {
    await start({ rateLimitPerMinute: 10 });
    expect(countOf(await times(9, () => app.get('/v1/read')), 200)).toBe(9);
  });
});
