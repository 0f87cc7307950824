import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { RoundTrips } from '../../src/shared/round-trips.js';
import { type Answer, Client } from '../support/client.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

const SHARED = 'max-age=5, stale-while-revalidate=5, stale-if-error=300';
const STRONG = /^"[\w-]{27}"$/;

stories('HTTP caching', () => {
  let world: World;
  let ada: Client;
  let nobody: Client;
  let postId: string;

  beforeAll(async () => {
    world = await World.start({ RATE_LIMIT_PER_MINUTE: '100000' });
    ada = await world.person('ada');
    nobody = world.anonymous();
    postId = (await ada.publish('hello')).id;
    for (let n = 0; n < 12; n += 1) await ada.publish(`more ${n}`);
    await world.settle();
  });
  afterAll(async () => {
    RoundTrips.listen(undefined);
    await world.stop();
  });

  const told = ({ headers }: Answer<unknown>): (string | null)[] => [
    headers.get('cache-control'),
    headers.get('cdn-cache-control'),
  ];
  const etagOf = ({ headers }: Answer<unknown>): string => headers.get('etag') ?? 'none';

  it.each([
    '/v1/timelines/all',
    '/v1/users',
    '/v1/users/ada',
    '/v1/users/ada/posts',
    '/v1/users/ada/followers',
    '/v1/posts/{id}',
    '/v1/posts/{id}/replies',
    '/v1/posts?ids={id}',
    '/v1/search/posts?q=more',
    '/v1/search/users?q=a',
    '/openapi.json',
    '/docs',
    '/docs/',
    '/docs/swagger-ui.css',
    '/docs/swagger-ui-bundle.js',
    '/docs/swagger-ui-init.js',
    '/docs/favicon-32x32.png',
  ])('may be shared where nobody is known, and is one reader’s alone where somebody is: %s', async (path) => {
    const url = path.replace('{id}', postId);
    for (const [reader, expected] of [
      [nobody, ['public, max-age=5', SHARED]],
      [ada, ['private, no-cache', null]],
    ] as const) {
      const first = await reader.get(url);
      expect([first.status, ...told(first)]).toEqual([200, ...expected]);
      const etag = etagOf(first);
      expect(etag).toMatch(STRONG);
      const again = await reader.get(url, { 'if-none-match': etag });
      expect([again.status, again.body, ...told(again)]).toEqual([304, '', ...expected]);
      for (const { headers } of [first, again]) {
        expect(headers.get('vary')).toBe('Authorization');
        expect(headers.get('set-cookie')).toBeNull();
      }
    }
  });

  it('what watches the service is never shared by a cache between', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const answer = await nobody.get(path);
      expect([etagOf(answer), ...told(answer)]).toEqual([
        expect.stringMatching(STRONG),
        'public, max-age=5',
        'no-store',
      ]);
    }
    expect(told(await nobody.get('/metrics'))).toEqual(['no-store', null]);
    expect(told(await nobody.get('/.well-known/jwks.json'))).toEqual(['public, max-age=300', null]);
    expect(told(await ada.get('/.well-known/jwks.json'))).toEqual(['private, no-cache', null]);
  });

  it.each(['GET', 'HEAD'])('%s is revalidated by any list of tags that names its own', async (method) => {
    const url = '/v1/timelines/all?limit=3';
    const first = await nobody.send(method, url);
    const etag = etagOf(first);
    const same = [etag, `W/${etag}`, `"a", ${etag}`, `W/"a",W/${etag} , "b"`, `"a,b", ${etag}`, '*', ' * '];
    for (const tags of same) {
      const again = await nobody.send(method, url, { headers: { 'if-none-match': tags } });
      expect([tags, again.status, again.body]).toEqual([tags, 304, '']);
      const { headers } = again;
      for (const name of [
        'etag',
        'cache-control',
        'cdn-cache-control',
        'vary',
        'access-control-allow-origin',
      ])
        expect([name, headers.get(name)]).toEqual([name, first.headers.get(name)]);
      // What describes the body is with the body. To HEAD, the length is that of the 200 (RFC 9110, 8.6).
      for (const name of ['content-type', 'link']) expect([name, headers.get(name)]).toEqual([name, null]);
      const length = method === 'GET' ? null : first.headers.get('content-length');
      expect(headers.get('content-length')).toBe(length);
      expect(headers.get('x-request-id')).not.toBeNull();
      expect(headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+$/);
    }
    for (const tags of [
      '"a"',
      etag.slice(1, -1),
      `${etag.slice(0, -1)}x"`,
      'W/',
      '',
      '"*"',
      `"a" ${etag.slice(1)}`,
    ]) {
      const again = await nobody.send(method, url, { headers: { 'if-none-match': tags } });
      expect([tags, again.status]).toEqual([tags, 200]);
    }
  });

  it('what is refused is kept by nobody', async () => {
    const limited = await World.start({ RATE_LIMIT_PER_MINUTE: '1' });
    try {
      await limited.anonymous().get('/v1/users');
      const bad = { authorization: 'Bearer bad' };
      const unknown = '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f';
      const refused: [number, Promise<Answer<unknown>>][] = [
        [404, nobody.get('/v1/nothing')],
        [404, nobody.get(`/v1/posts/${unknown}`)],
        [404, nobody.get('/v1/users/nobody', { 'if-none-match': '*' })],
        [404, nobody.get('/docs/package.json')],
        [404, nobody.get('/docs//package.json')],
        [400, nobody.get('/v1/users?limit=x')],
        [401, nobody.get('/v1/me')],
        [401, nobody.get('/v1/timelines/all', bad)],
        [401, nobody.get('/v1/timelines/all', { ...bad, 'if-none-match': '*' })],
        [401, nobody.get('/openapi.json', bad)],
        [401, nobody.get('/docs', { authorization: '' })],
        [405, nobody.post('/v1/timelines/all')],
        [422, ada.post('/v1/posts', { text: '' })],
        [429, limited.anonymous().get('/v1/users', { 'if-none-match': '*' })],
        [201, ada.post('/v1/posts', { text: 'x' })],
        [200, ada.patch('/v1/me', { bio: 'x' })],
        [422, ada.put('/v1/me/following/ada')],
        [204, nobody.send('OPTIONS', '/v1/posts')],
      ];
      for (const [status, sent] of refused) {
        const answer = await sent;
        expect([answer.status, answer.headers.get('etag'), ...told(answer)]).toEqual([
          status,
          null,
          'no-store',
          null,
        ]);
        expect(answer.headers.get('vary')).toContain('Authorization');
      }
    } finally {
      await limited.stop();
    }
  });

  it('a bad token gets nothing of what was just read, and spoils it for nobody', async () => {
    for (let n = 0; n < 3; n += 1) {
      expect((await nobody.get('/v1/timelines/all')).status).toBe(200);
      expect((await ada.get('/v1/timelines/all')).status).toBe(200);
      const { status } = await nobody.get('/v1/timelines/all', { authorization: 'Bearer x' });
      expect(status).toBe(401);
    }
    // Nor does a request that is malformed.
    const { hostname, port } = new URL(world.url);
    for (const hosts of ['', 'Host: a\r\nhost: a\r\n']) {
      const socket = connect(Number(port), hostname);
      socket.write(`GET /v1/timelines/all HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
      const [heard] = await Promise.all([text(socket), once(socket, 'close')]);
      expect(heard).toMatch(/^HTTP\/1\.1 400 [^]*"malformed-request"/);
    }
  });

  it('equal tags are equal bytes, and equal bytes equal tags, while others write', async () => {
    const bob = await world.person('bob');
    await bob.follow('ada');
    const urls = ['/v1/timelines/all', `/v1/posts/${postId}`, '/v1/users/ada', '/v1/search/posts?q=written'];
    const [bodies, tags] = [new Map<string, string>(), new Map<string, string>()];
    let isWriting = true;
    const write = async (): Promise<void> => {
      for (let n = 0; n < 15; n += 1) {
        await ada.publish(`written ${n}`);
        await bob.reply(postId, `reply ${n}`);
      }
      isWriting = false;
    };
    const poll = async (reader: Client, url: string): Promise<void> => {
      let known = '"none"';
      const own = reader === nobody ? '' : 'bob';
      for (let last = false; !last;) {
        last = !isWriting;
        const { status, body, headers } = await reader.get(url, { 'if-none-match': known });
        const tag = headers.get('etag') ?? '';
        if (status === 304) {
          expect(tag).toBe(known);
          continue;
        }
        const bytes = `${url} ${own} ${JSON.stringify(body)}`;
        expect(bodies.get(`${url} ${tag}`) ?? JSON.stringify(body)).toBe(JSON.stringify(body));
        expect(tags.get(bytes) ?? tag).toBe(tag);
        // Nothing is sent again that the reader has.
        expect(tag).not.toBe(known);
        bodies.set(`${url} ${tag}`, JSON.stringify(body));
        tags.set(bytes, tag);
        known = tag;
      }
    };
    const readers = [nobody, bob].flatMap((reader) => urls.map((url) => poll(reader, url)));
    await Promise.all([write(), ...readers]);
    expect(bodies.size).toBeGreaterThan(urls.length * 2);
  });

  it('another server gives the same tags, so that a load balancer or a restart costs nothing', async () => {
    await world.settle();
    const urls = [
      '/v1/timelines/all',
      '/v1/users',
      `/v1/posts/${postId}`,
      '/openapi.json',
      '/docs/swagger-ui.css',
    ];
    const other = await world.another();
    try {
      for (const url of urls) {
        for (const [here, there] of [
          [nobody, other.anonymous()],
          [ada, new Client(other.url, ada.user, ada.tokens)],
        ] as const) {
          const [one, two] = [await here.get(url), await there.get(url)];
          expect([url, two.body, etagOf(two)]).toEqual([url, one.body, etagOf(one)]);
        }
      }
    } finally {
      await other.stop();
    }
  });

  it('a 304 costs the embedded database nothing while nothing is written', async () => {
    if (World.profile !== 'embedded') return;
    await world.settle();
    const commands = async (request: () => Promise<unknown>): Promise<number> => {
      let count = 0;
      RoundTrips.listen(() => (count += 1));
      await request();
      RoundTrips.listen(undefined);
      return count;
    };
    for (const [reader, method] of [
      [nobody, 'GET'],
      [nobody, 'HEAD'],
      [ada, 'GET'],
    ] as const) {
      const etag = etagOf(await reader.get('/v1/users?limit=7'));
      // Another URL with the same body: nothing is known of it, and it is never read but so.
      const url = `/v1/users?limit=7&as=${method}`;
      const revalidate = async (): Promise<void> => {
        const { status } = await reader.send(method, url, { headers: { 'if-none-match': etag } });
        expect(status).toBe(304);
      };
      expect(await commands(revalidate)).toBeGreaterThan(0);
      // What runs in the background may add to one of them.
      const counts = [];
      for (let n = 0; n < 5; n += 1) counts.push(await commands(revalidate));
      expect(Math.min(...counts)).toBe(0);
    }
    // Time alone changes this one, however it is written.
    for (const url of ['/v1/me/quota', '/v1/me/%71uota', '/v1/me/quota?a=b']) {
      for (const _ of [1, 2, 3]) expect(await commands(() => ada.get(url))).toBeGreaterThan(0);
    }
  });
});
