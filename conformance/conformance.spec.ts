import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServerProcess } from '../test/support/server-process.ts';
import { type Breakage, BreakingProxy, type Returning } from './breaking-proxy.ts';
import { isKept, printed, type Report } from './report.ts';
import { run } from './run.ts';

interface Item {
  id: string;
  text?: string;
  displayName?: string | null;
  counts?: { replies: number };
}
type List = { items: Item[]; page?: { next?: string; prev: string; hasMore: boolean } };

/** The list in an answer, if it is one. */
const listIn = ({ status, json }: Returning): List | undefined =>
  status === 200 && typeof json === 'object' && json !== null && 'items' in json ? (json as List) : undefined;
const codeIn = ({ json }: Returning): unknown => (json as { code?: unknown } | null)?.code;
const without = (...names: string[]): Breakage => ({
  answer: ({ headers }) => {
    for (const name of names) headers[name] = undefined;
  },
});
const lastOf = new Map<string, Item>();

/** What a proxy does, which promise must be told as broken, and which stories are told. */
const BREAKAGES: readonly (readonly [string, Breakage, RegExp, string])[] = [
  [
    'another status',
    {
      answer: (one, { method, url }) => {
        if (method === 'POST' && url === '/v1/posts' && one.status === 201) one.status = 200;
      },
    },
    /status is one that the document lists/,
    'document lists',
  ],
  [
    'a 500 for one input',
    {
      answer: (one, { url }) => {
        if (/^\/v1\/search\/.*%/.test(url)) one.status = 500;
      },
    },
    /No request makes the server fail/,
    'server fail',
  ],
  [
    'headers that are missing',
    without('x-content-type-options', 'vary', 'etag', 'link', 'allow', 'www-authenticate'),
    /405 Allow[^]*nosniff[^]*ETag on every[^]*Vary[^]*Link header/,
    '405 Allow|nosniff|ETag on every|Vary|Link header',
  ],
  ['a header less: Location', without('location'), /Repost: of other/, 'Repost: of other'],
  [
    '"posts" not in RateLimit',
    {
      answer: ({ headers }) => {
        headers['ratelimit'] = String(headers['ratelimit'] ?? '').replace(/, "posts".*/, '') || undefined;
      },
    },
    /RateLimit headers on every answer/,
    'RateLimit headers',
  ],
  [
    'what is private may be shared',
    {
      answer: ({ headers }) => {
        headers['cache-control'] &&= 'public, max-age=5';
      },
    },
    /Cache-Control/,
    'max-age=5',
  ],
  [
    'an undocumented field',
    {
      answer: (one) => {
        for (const item of listIn(one)?.items ?? []) Object.assign(item, { secret: 1 });
      },
    },
    /Bodies are as the OpenAPI document/,
    'Bodies are',
  ],
  [
    'null for what is absent',
    {
      answer: (one) => {
        for (const item of listIn(one)?.items ?? []) item.displayName ??= null;
      },
    },
    /never null/,
    'never null',
  ],
  [
    'a stack in a problem',
    {
      answer: (one) => {
        if (codeIn(one) === 'invalid-parameter')
          Object.assign(one.json as object, { detail: 'TypeError: x\n    at find (/app/dist/posts.js:1:2)' });
      },
    },
    /Nothing internal ever leaks/,
    'leaks',
  ],
  [
    'a code of no catalogue',
    {
      answer: (one) => {
        if (codeIn(one) === 'invalid-parameter') Object.assign(one.json as object, { code: 'gone' });
      },
    },
    /closed catalogue/,
    'catalogue',
  ],
  [
    'a repeat in a page',
    {
      answer: (one) => {
        const items = listIn(one)?.items;
        if (items?.[0] && items[1]) items[1] = items[0];
      },
    },
    /Newest first means/,
    'Newest first means',
  ],
  [
    'a repeat of the page before',
    {
      answer: (one, { url }) => {
        const items = listIn(one)?.items;
        const list = url.replace(/&cursor=.*/, '');
        const last = lastOf.get(list);
        if (items && last && url.includes('cursor=') && items.length > 0) items[0] = last;
        const end = items?.at(-1);
        if (end) lastOf.set(list, end);
      },
    },
    /timelines\/all: walking next/,
    'timelines/all: walking',
  ],
  [
    'a post lost between two pages',
    {
      answer: (one, { url }) => {
        if (url.includes('cursor=')) listIn(one)?.items.shift();
      },
    },
    /search\/posts: walking next/,
    'search/posts: walking',
  ],
  [
    'a counter that is one off',
    {
      answer: (one) => {
        const { counts } = one.json as Item;
        if (counts) counts.replies += 1;
      },
    },
    /Counters/,
    'Counters',
  ],
  [
    'cursors that nobody checks',
    {
      again: (one) => codeIn(one) === 'invalid-cursor',
      request: (one) => {
        one.url = one.url.replace(/cursor=[^&]*/, '');
      },
    },
    /cursor is authenticated/,
    'cursor is authenticated',
  ],
  [
    'a bad limit that is ignored',
    {
      again: (one) => codeIn(one) === 'invalid-parameter',
      request: (one) => {
        one.url = one.url.replace(/limit=[^&]*/g, '');
      },
    },
    /bodies that break a rule 422/,
    'Bad parameters, ids',
  ],
  [
    'a bad token that is ignored',
    {
      again: (one) => codeIn(one) === 'invalid-token',
      request: ({ headers }) => {
        headers['authorization'] = undefined;
      },
    },
    /A bad token is 401/,
    'A bad token',
  ],
  [
    'keys that are not kept',
    {
      request: ({ headers }) => {
        headers['idempotency-key'] = undefined;
      },
    },
    /Idempotency: a replay/,
    'Idempotency: a replay',
  ],
  [
    'a trimmed text that is not',
    {
      answer: (one) => {
        const post = one.json as Item;
        if (one.status === 201 && post.text) post.text += ' ';
      },
    },
    /round-trips unchanged/,
    'round-trips',
  ],
  [
    'HEAD with other headers',
    {
      answer: ({ headers }, { method }) => {
        if (method === 'HEAD') headers['etag'] = '"x"';
      },
    },
    /HEAD answers as GET/,
    'HEAD answers',
  ],
];

const REQUESTS = 150;

describe('the conformance kit', () => {
  let folder: string;
  let server: ServerProcess;
  let proxy: BreakingProxy;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'posterr-conformance-'));
    server = await ServerProcess.start({
      DATA_DIR: folder,
      POSTS_PER_DAY: '5',
      RATE_LIMIT_PER_MINUTE: '100000',
      LOG_LEVEL: 'error',
    });
    proxy = await BreakingProxy.before(server.url);
  });
  afterAll(async () => {
    await proxy.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const check = (only: string, requests: number, url = proxy.url): Promise<Report> =>
    run({ url, requests, seed: 1, concurrency: 4, only: new RegExp(only) }, () => undefined);
  const brokenIn = ({ results }: Report): string[] =>
    results.filter(({ outcome }) => outcome === 'fail').map(({ promise }) => promise);

  it('finds nothing where nothing is broken', async () => {
    proxy.breakage = {};
    const report = await check('', 4 * REQUESTS);
    expect(brokenIn(report)).toEqual([]);
    expect(report.results.length).toBeGreaterThan(70);
    expect(report.requests).toBeGreaterThan(1_000);
  }, 60_000);

  it.each(BREAKAGES)('sees %s', async (_, breakage, promise, only) => {
    lastOf.clear();
    proxy.breakage = breakage;
    const report = await check(only, REQUESTS);
    expect(brokenIn(report).join('\n')).toMatch(promise);
    expect(printed(report)).toMatch(/FAIL[^]*\n {8}curl /);
  });

  it('sees that a limit is exhausted, and goes on', async () => {
    const data = path.join(folder, 'limited');
    const limited = await ServerProcess.start({
      DATA_DIR: data,
      POSTS_PER_DAY: '5',
      RATE_LIMIT_PER_MINUTE: '200',
    });
    try {
      const { results } = await check('429 carries Retry-After: requests', 0, limited.url);
      expect(results.map(({ outcome }) => outcome)).toEqual(['pass']);
    } finally {
      await limited.stop();
    }
  });

  it('is a command that says by its exit code whether all is kept, and writes the report', async () => {
    const file = path.join(folder, 'report.json');
    const command = (only: string): Promise<{ code: number; said: string }> =>
      new Promise((resolve) => {
        const args = [
          'conformance/main.ts',
          '--requests',
          '50',
          '--seed',
          '7',
          '--only',
          only,
          '--json',
          file,
        ];
        const child = execFile(
          process.execPath,
          args,
          { env: { BASE_URL: proxy.url } },
          (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, said: stdout + stderr }),
        );
      });
    proxy.breakage = {};
    expect(await command('Unavailable|Mentions')).toMatchObject({
      code: 0,
      said: expect.stringMatching(
        /skip {2}Unavailable[^]*it needs an admin[^]*pass {2}Mentions|pass {2}Mentions[^]*skip {2}Unavailable[^]*it needs an admin/,
      ),
    });
    proxy.breakage = without('x-request-id');
    expect(await command('X-Request-Id accepted')).toMatchObject({
      code: 1,
      said: expect.stringContaining('FAIL  X-Request-Id'),
    });
    const report = JSON.parse(await readFile(file, 'utf8')) as Report;
    expect([report.seed, isKept(report)]).toEqual([7, false]);
  });
});
