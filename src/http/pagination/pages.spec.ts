import { Controller, Get, Query } from '@nestjs/common';
import { type HttpApp, SecretsInMemory, startHttpApp } from '../../../test/support/http-app.js';
import { DAY } from '../../shared/clock.js';
import { type Id, lowestIdAt } from '../../shared/ids.js';
import { readPage, type ReadStretch } from '../../shared/page.js';
import { OptionallyAuthenticated, Reader } from '../current-user.js';
import type { PageBody } from './page-of.js';
import { PageQuery } from './page-query.dto.js';
import { Pages } from './pages.js';
import { SharedCursorKey } from './shared-cursor-key.js';

const MARCH = Date.UTC(2026, 2, 1);
/** One for each of the first 25 days of March, at noon. */
const ITEMS = Array.from({ length: 25 }, (_, day) => lowestIdAt(MARCH + day * DAY + DAY / 2));

const read: ReadStretch<Id> = ({ from, before, newestFirst, limit }) => {
  const found = ITEMS.filter((id) => from <= id && id < before);
  return Promise.resolve((newestFirst ? found.toReversed() : found).slice(0, limit));
};

@Controller('lists')
class ListsController {
  constructor(private readonly pages: Pages) {}

  @Get('all')
  @OptionallyAuthenticated()
  all(@Query() query: PageQuery & { view?: string }): Promise<PageBody<Id>> {
    const list = { name: 'all', filters: { view: query.view }, defaultLimit: 10 };
    return this.pages.respond(list, query, (page) => readPage('newest-first', page, read, (id) => id));
  }

  @Get('mine')
  mine(@Query() query: PageQuery, @Reader() readerId: Id): Promise<PageBody<Id>> {
    const list = { name: 'mine', readerId, defaultLimit: 10 };
    return this.pages.respond(list, query, (page) => readPage('newest-first', page, read, (id) => id));
  }

  /** Differs from `all` by its name alone. */
  @Get('twin')
  twin(@Query() query: PageQuery): Promise<PageBody<Id>> {
    const list = { name: 'twin', defaultLimit: 10 };
    return this.pages.respond(list, query, (page) => readPage('newest-first', page, read, (id) => id));
  }

  @Get('alike')
  alike(): object {
    return { items: [], page: { prev: 'x', hasMore: false } };
  }
}

let app: HttpApp;
beforeAll(async () => {
  app = await startHttpApp([ListsController]);
});
afterAll(() => app.close());

async function page(query: string, list = 'all', as?: string): Promise<PageBody<Id>> {
  const answer = await app.get(`/lists/${list}?${query}`, as);
  expect(answer.status).toBe(200);
  return (await answer.json()) as PageBody<Id>;
}

async function refusal(query: string, list = 'all', as?: string): Promise<string> {
  const answer = await app.get(`/lists/${list}?${query}`, as);
  const { code } = (await answer.json()) as { code?: string };
  return `${answer.status} ${code}`;
}

describe('cursors', () => {
  it('lead through the whole list, with any limit', async () => {
    const first = await page('limit=10');
    const second = await page(`limit=14&cursor=${first.page.next}`);
    const last = await page(`limit=14&cursor=${second.page.next}`);
    expect([...first.items, ...second.items, ...last.items]).toEqual(ITEMS.toReversed());
    expect(last.page).toEqual({ prev: expect.any(String), hasMore: false });
    const back = await page(`limit=100&cursor=${second.page.prev}`);
    expect(back.items).toEqual(first.items);
  });

  it('have 44 characters and are refused with any one of them altered', async () => {
    const cursor = (await page('limit=10')).page.next as string;
    expect(cursor).toMatch(/^[\w-]{44}$/);
    for (let at = 0; at < cursor.length; at++) {
      for (const other of ['A', 'z', '_', '!']) {
        if (cursor[at] === other) continue;
        const altered = cursor.slice(0, at) + encodeURIComponent(other) + cursor.slice(at + 1);
        expect(await refusal(`cursor=${altered}`)).toBe('400 invalid-cursor');
      }
      expect(await refusal(`cursor=${cursor.slice(0, at) + cursor.slice(at + 1)}`)).toBe(
        '400 invalid-cursor',
      );
    }
  });

  it.each(['', 'null', '%00', 'a'.repeat(44), 'A'.repeat(44), '*'.repeat(44), 'a'.repeat(440), '__proto__'])(
    'are refused when made up: %s',
    async (cursor) => {
      expect(await refusal(`cursor=${cursor}`)).toBe('400 invalid-cursor');
    },
  );

  it('are refused when padded, spaced, in the other alphabet, or sent twice', async () => {
    const cursor = (await page('limit=10')).page.next as string;
    for (const other of [
      `${cursor}=`,
      `${cursor}%20`,
      `%20${cursor}`,
      `${cursor}A`,
      `${cursor}&cursor=${cursor}`,
    ])
      expect(await refusal(`cursor=${other}`)).toBe('400 invalid-cursor');
    const standard = Buffer.from(cursor, 'base64url').toString('base64');
    if (standard !== cursor)
      expect(await refusal(`cursor=${encodeURIComponent(standard)}`)).toBe('400 invalid-cursor');
  });

  it('are bound to the list, its filters and its reader', async () => {
    const cursor = (await page('limit=1&since=2026-03-02&until=2026-03-20', 'mine', 'ada')).page
      .next as string;
    const good = `cursor=${cursor}&since=2026-03-02&until=2026-03-20`;
    expect((await page(good, 'mine', 'ada')).items).toHaveLength(10);
    expect(await refusal(good, 'mine', 'grace')).toBe('400 invalid-cursor');
    expect(await refusal(good, 'mine')).toBe('400 invalid-cursor');
    expect(await refusal(good, 'all', 'ada')).toBe('400 invalid-cursor');
    expect(await refusal(`cursor=${cursor}&since=2026-03-02`, 'mine', 'ada')).toBe('400 invalid-cursor');
    expect(await refusal(`cursor=${cursor}&until=2026-03-20`, 'mine', 'ada')).toBe('400 invalid-cursor');
    expect(await refusal(`cursor=${cursor}&since=2026-03-03&until=2026-03-20`, 'mine', 'ada')).toBe(
      '400 invalid-cursor',
    );
    const ofTwin = (await page('limit=1', 'twin')).page.next;
    expect((await page(`cursor=${ofTwin}`, 'twin')).items).toHaveLength(10);
    expect(await refusal(`cursor=${ofTwin}`, 'all')).toBe('400 invalid-cursor');
    const viewed = (await page('limit=1&view=a')).page.prev;
    expect((await page(`cursor=${viewed}&view=a`)).items).toEqual([]);
    expect(await refusal(`cursor=${viewed}`)).toBe('400 invalid-cursor');
    expect(await refusal(`cursor=${viewed}&view=b`)).toBe('400 invalid-cursor');
  });

  it('are bound to what a filter means, not to how it is written', async () => {
    const { next } = (await page('limit=1&since=2026-03-02')).page;
    expect((await page(`limit=1&cursor=${next}&since=2026-03-02T01:00:00%2B01:00`)).items).toHaveLength(1);
  });
});

describe('limit', () => {
  it('is from 1 to 100, and else the default of the list', async () => {
    expect((await page('limit=1')).items).toHaveLength(1);
    expect((await page('limit=100')).items).toHaveLength(25);
    expect((await page('')).items).toHaveLength(10);
  });

  it.each([
    '',
    '0',
    '101',
    '-1',
    '1.5',
    '1e1',
    'ten',
    '%201',
    '+1',
    '0x1',
    '1000',
    '١',
    '10&limit=10',
    '1&limit=2',
  ])('is refused: %s', async (limit) =>
    expect(await refusal(`limit=${limit}`)).toBe('400 invalid-parameter'),
  );
});

describe('since and until', () => {
  const noon = (day: number): Id => ITEMS[day - 1] as Id;

  it.each([
    ['since=2026-03-24', [25, 24]],
    ['until=2026-03-02', [2, 1]],
    ['since=2026-03-05&until=2026-03-05', [5]],
    ['since=2026-03-24T12:00:00Z', [25, 24]],
    ['since=2026-03-24T12:00:00.001Z', [25]],
    ['since=2026-03-24T12:00:00.0000001Z', [25]],
    ['since=2026-03-24T12:00:00.0000000Z', [25, 24]],
    ['until=2026-03-02T12:00:00Z', [1]],
    ['until=2026-03-02T12:00:00.0001Z', [2, 1]],
    ['until=2026-03-02t12:00:00.5z', [2, 1]],
    ['since=2026-03-24T14:00:00%2B02:00', [25, 24]],
    ['since=2026-03-24T14:00:01%2B02:00', [25]],
    ['since=2026-03-24T06:30:00-05:30', [25, 24]],
    ['since=2026-03-24T06:30:01-05:30', [25]],
    ['since=2026-03-05T12:00:00Z&until=2026-03-05', [5]],
    ['since=2026-03-05T12:00:00Z&until=2026-03-05T12:00:00Z', []],
    ['since=2026-03-25&until=2027-01-01', [25]],
    ['until=1969-01-01', []],
    ['since=0001-01-01&until=2026-03-01', [1]],
    ['since=2024-02-29&until=2026-03-01', [1]],
  ])('%s', async (query, days) => {
    expect((await page(query)).items).toEqual(days.map(noon));
  });

  it.each([
    'since=',
    'until=',
    'since=yesterday',
    'since=2026-02-30',
    'until=2025-02-29',
    'since=2026-13-01',
    'since=2026-00-10',
    'since=2026-3-1',
    'since=20260301',
    'since=2026-03-01T00:00:00',
    'since=2026-03-01T24:00:00Z',
    'since=2026-03-01T12:60:00Z',
    'since=2026-03-01T12:00:61Z',
    'since=2026-03-01T12:00Z',
    'since=2026-02-30T12:00:00Z',
    'since=2026-03-01T12:00:00.Z',
    'since=2026-03-01T12:00:00%2B24:00',
    'since=2026-03-01T12:00:00%2B0100',
    'since=2026-03-01T12:00:00+01:00',
    'since=2026-03-01%2012:00:00Z',
    'since=1772323200000',
    'since=%2B020260-03-01',
    'since=2026-03-01%0A',
    'since=2026-03-01&since=2026-03-01',
    'since=2026-03-06&until=2026-03-05',
    'since=2026-03-06T00:00:00Z&until=2026-03-05',
    'since=2026-03-05T12:00:00.001Z&until=2026-03-05T12:00:00Z',
    'since=2026-03-05&until=2026-03-04T23:59:59.999Z',
  ])('refused: %s', async (query) => expect(await refusal(query)).toBe('400 invalid-parameter'));
});

describe('the Link header', () => {
  const links = async (query: string, list = 'all'): Promise<string | null> =>
    (await app.get(`/lists/${list}${query}`)).headers.get('Link');

  it('carries next and prev, with the other parameters as they were', async () => {
    const query = '?since=2026-03-01T01:00:00%2B01:00&limit=3&view=a%3Eb';
    const { next, prev } = (await page(query.slice(1))).page;
    const kept = 'since=2026-03-01T01%3A00%3A00%2B01%3A00&limit=3&view=a%3Eb';
    expect(await links(query)).toBe(
      `</lists/all?${kept}&cursor=${next}>; rel="next", </lists/all?${kept}&cursor=${prev}>; rel="prev"`,
    );
  });

  it('can be followed to the end, and replaces the cursor', async () => {
    const seen: Id[] = [];
    let path: string | undefined = '/lists/all?limit=10';
    for (let steps = 0; path !== undefined && steps < 5; steps++) {
      const answer = await app.get(path);
      seen.push(...((await answer.json()) as PageBody<Id>).items);
      path = /<([^>]*)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1];
    }
    expect(path).toBeUndefined();
    expect(seen).toEqual(ITEMS.toReversed());
  });

  it('has prev on an empty page too', async () => {
    const { prev } = (await page('until=2020-01-01')).page;
    expect(await links('?until=2020-01-01')).toBe(`</lists/all?until=2020-01-01&cursor=${prev}>; rel="prev"`);
  });

  it('is only given to pages, whatever another answer looks like', async () => {
    expect(await links('', 'alike')).toBeNull();
    expect(await links('?limit=0')).toBeNull();
  });
});

describe('the key', () => {
  it('is 32 random bytes, made once and the same in all processes that start at once', async () => {
    const secrets = new SecretsInMemory();
    const processes = Array.from({ length: 5 }, () => new SharedCursorKey(secrets));
    const [first, ...others] = await Promise.all(processes.map((process) => process.bytes()));
    expect(first).toHaveLength(32);
    for (const other of others) expect(other).toEqual(first);
    expect(await new SharedCursorKey(secrets).bytes()).toEqual(first);
    expect(await new SharedCursorKey(new SecretsInMemory()).bytes()).not.toEqual(first);
  });

  it('is asked for again after the store of secrets failed, and then kept', async () => {
    let reads = 0;
    const secrets = new (class extends SecretsInMemory {
      override list(): ReturnType<SecretsInMemory['list']> {
        reads += 1;
        return reads === 1 ? Promise.reject(new Error('gone')) : super.list();
      }
    })();
    const key = new SharedCursorKey(secrets);
    await expect(key.bytes()).rejects.toThrow('gone');
    const bytes = await key.bytes();
    const before = reads;
    expect(await key.bytes()).toBe(bytes);
    expect(reads).toBe(before);
  });
});
