import { Injectable } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Id } from '../../shared/ids.js';
import { type Page, type PageRequest, Visibility } from '../../shared/page.js';
import { InvalidParameter } from '../http-errors.js';
import { CursorKey } from './cursor-key.js';
import { openCursor, sealCursor } from './cursor.js';
import type { PageBody } from './page-of.js';
import type { PageQuery } from './page-query.dto.js';
import { readRange } from './time-range.js';

const MAX_LIMIT = 100;

/** What a list is to its readers: cursors are bound to all of it but the default. */
export interface ListDescription {
  readonly name: string;
  /** In a normal form, so that equal filters are written equally. */
  readonly filters?: Readonly<Record<string, string | undefined>>;
  /** Of a list that is the reader's own. */
  readonly readerId?: Id;
  readonly defaultLimit: number;
}

/** Answers pages: judges the query, opens and seals cursors. */
@Injectable()
export class Pages {
  constructor(
    private readonly key: CursorKey,
    private readonly visibility: Visibility,
  ) {}

  /**
   * The page of `list` that `query` asks for.
   * @throws InvalidParameter for a limit, since or until that is not good.
   * @throws InvalidCursor for a cursor that was altered, made up, or made for another list, filter or reader.
   */
  async respond<View>(
    list: ListDescription,
    query: PageQuery,
    read: (request: PageRequest) => Promise<Page<View>>,
  ): Promise<PageBody<View>> {
    const limit = readLimit(query.limit, list.defaultLimit);
    const range = readRange(query.since, query.until);
    const key = await this.key.bytes();
    const context = contextOf(list, range);
    const position = query.cursor === undefined ? undefined : openCursor(query.cursor, key, context);
    const settledBefore = this.visibility.settledBefore();
    const page = await read({ limit, ...range, ...(position && { position }), settledBefore });
    const body: PageBody<View> = {
      items: [...page.items],
      page: {
        ...(page.next && { next: sealCursor(page.next, key, context) }),
        prev: sealCursor(page.prev, key, context),
        hasMore: page.hasMore,
      },
    };
    pagesMade.add(body);
    return body;
  }
}

/** Bodies made here: only those get a Link header. */
const pagesMade = new WeakSet<object>();

/** Gives every page its `Link` header (RFC 8288). */
export function registerPageLinks(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preSerialization', (request, reply, payload: unknown, done) => {
    if (isPage(payload)) reply.header('Link', linksOf(request.url, payload.page));
    done(null, payload);
  });
}

function isPage(payload: unknown): payload is PageBody<unknown> {
  return typeof payload === 'object' && payload !== null && pagesMade.has(payload);
}

function linksOf(url: string, { next, prev }: PageBody<unknown>['page']): string {
  const [path, query = ''] = url.split(/\?(.*)/s);
  const link = (cursor: string, rel: string): string => {
    const parameters = new URLSearchParams(query);
    parameters.set('cursor', cursor);
    return `<${path}?${parameters}>; rel="${rel}"`;
  };
  return next === undefined ? link(prev, 'prev') : `${link(next, 'next')}, ${link(prev, 'prev')}`;
}

function readLimit(typed: unknown, usual: number): number {
  if (typed === undefined) return usual;
  const limit = typeof typed === 'string' && /^\d{1,3}$/.test(typed) ? Number(typed) : 0;
  if (limit < 1 || limit > MAX_LIMIT)
    throw new InvalidParameter('limit', `must be a whole number from 1 to ${MAX_LIMIT}.`);
  return limit;
}

function contextOf(list: ListDescription, range: { since?: number; until?: number }): string {
  const filters = Object.entries(list.filters ?? {})
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    list.name,
    filters,
    range.since ?? null,
    range.until ?? null,
    list.readerId ?? null,
  ]);
}
