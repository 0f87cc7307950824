import { type HttpApp, problem, startHttpApp } from '../../test/support/http-app.js';

describe('the web app', () => {
  let app: HttpApp;
  beforeAll(async () => {
    app = await startHttpApp([], { webApp: true, rateLimitPerMinute: 100 });
  });
  afterAll(() => app.close());

  it.each([
    ['/app/', 'text/html'],
    ['/app/app.js', 'application/javascript'],
    ['/app/views/home.js', 'application/javascript'],
    ['/app/app.css', 'text/css'],
    ['/app/icon.svg', 'image/svg+xml'],
  ])('is served as files that are asked for anew each time: %s', async (path, type) => {
    const { status, headers } = await app.get(path);
    expect([status, headers.get('Content-Type')?.split(';', 1)[0]]).toEqual([200, type]);
    expect(headers.get('Cache-Control')).toBe('no-cache');
    expect(headers.has('RateLimit')).toBe(false);
    const again = await app.get(path, undefined, {
      // As browsers ask; what fetch() adds by itself ("no-cache") would mean the whole file.
      headers: { 'If-None-Match': headers.get('ETag') ?? 'none', 'Cache-Control': 'max-age=0' },
    });
    expect([again.status, await again.text(), again.headers.get('Cache-Control')]).toEqual([
      304,
      '',
      'no-cache',
    ]);
  });

  it('may use what comes from here, and nothing inline', async () => {
    const policy = (await app.get('/app/')).headers.get('Content-Security-Policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
      ]),
    );
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('is found without a slash, too', async () => {
    const { status, headers } = await app.get('/app', undefined, { redirect: 'manual' });
    expect([status, headers.get('Location')]).toEqual([301, '/app/']);
  });

  it.each(['/app/nothing', '/app/README.md', '/app/..%2fweb%2fapp.js', '/app/views', '/application'])(
    'is nothing else: %s',
    async (path) => {
      expect(await problem(await app.get(path))).toMatchObject({ status: 404, code: 'not-found' });
    },
  );
});

it('is not served unless it is wanted', async () => {
  const app = await startHttpApp([]);
  expect(await problem(await app.get('/app/'))).toMatchObject({ status: 404, code: 'not-found' });
  await app.close();
});
