import { isPage, publishes } from './document.ts';
import { type Exchange, isRead, isRefusedByParser, isStream, type Rule } from './exchange.ts';
import { PROBLEM_RULES } from './rules-of-problems.ts';
import { RESOURCE_RULES } from './rules-of-resources.ts';

const CONVENTIONS = '6. Conventions';

const isLimited = ({ sent }: Exchange): boolean =>
  !/^\/(?:health|docs|metrics|openapi\.json|\.well-known)(?:[/?]|$)/.test(sent.target) &&
  !(sent.method === 'OPTIONS' && 'access-control-request-method' in sent.headers);

export const RULES: readonly Rule[] = [
  {
    section: CONVENTIONS,
    promise: 'No request makes the server fail',
    checked: 'the status is below 500',
    judge: ({ answer }) => (answer.status < 500 ? '' : `${answer.status}: ${answer.text.slice(0, 300)}`),
  },
  {
    section: CONVENTIONS,
    promise:
      'Unknown routes 404, wrong methods 405; every other status is one that the document lists for the operation',
    checked: 'the status',
    judge: statusFault,
  },
  {
    section: '3. Resources',
    promise: 'Bodies are as the OpenAPI document describes them',
    checked: 'media type and schema, without fields that nobody described',
    judge: bodyFault,
  },
  ...PROBLEM_RULES,
  ...RESOURCE_RULES,
  {
    section: CONVENTIONS,
    promise: 'X-Content-Type-Options: nosniff on every answer, no X-Powered-By',
    checked: 'both headers',
    judge: ({ answer: { headers } }) => {
      if (headers.has('x-powered-by')) return `X-Powered-By: ${headers.get('x-powered-by') ?? ''}`;
      return headers.get('x-content-type-options') === 'nosniff'
        ? ''
        : 'X-Content-Type-Options is not nosniff';
    },
  },
  {
    section: CONVENTIONS,
    promise: 'X-Request-Id accepted or made, answered',
    checked: 'the header is there, and is the one that was sent where that is a plain word',
    judge: ({ sent, answer }) => {
      const id = answer.headers.get('x-request-id');
      if (!id) return 'no X-Request-Id';
      const given = sent.headers['x-request-id'];
      const isWord = typeof given === 'string' && /^[\w.-]{1,128}$/.test(given);
      return isWord && answer.status !== 431 && id !== given
        ? `X-Request-Id is ${id} instead of ${given}`
        : '';
    },
  },
  {
    section: CONVENTIONS,
    promise:
      'RateLimit-Policy and RateLimit headers on every answer; health, docs and metrics are not limited',
    checked: 'their form, and the policies "default" and "posts" where they hold',
    judge: limitsFault,
  },
  {
    section: CONVENTIONS,
    promise: 'ETag on every GET',
    checked: 'a strong ETag on 200, the same on 304, which has no body',
    judge: (exchange) => {
      const { operation, answer } = exchange;
      if (
        isStream(exchange) ||
        !isRead(exchange) ||
        !operation ||
        (answer.status !== 200 && answer.status !== 304)
      )
        return undefined;
      if (!/^"[!#-~]+"$/.test(answer.headers.get('etag') ?? '')) return 'no strong ETag';
      return answer.status === 304 && answer.text !== '' ? '304 has a body' : '';
    },
  },
  {
    section: CONVENTIONS,
    promise: 'Anonymous: Cache-Control: public, max-age=5; authenticated: private, no-cache',
    checked: 'Cache-Control of successful reads; nothing else may be kept',
    judge: cacheFault,
  },
  {
    section: CONVENTIONS,
    promise: 'always Vary: Authorization',
    checked: 'Vary',
    judge: (exchange) => {
      if (isRefusedByParser(exchange)) return undefined;
      const names = exchange.answer.headers.get('vary')?.toLowerCase().split(/ *, */) ?? [];
      return names.includes('authorization') || names.includes('*') ? '' : 'Vary does not name Authorization';
    },
  },
  {
    section: '2. Timelines and lists',
    promise:
      'carries the same as a Link header; next is absent exactly when hasMore is false, prev is always there',
    checked: 'page and Link of every page',
    judge: pageFault,
  },
];

function statusFault({ sent, operation, siblings, answer, isKnown }: Exchange): string | undefined {
  const { status } = answer;
  if (operation)
    return status in operation.responses
      ? ''
      : `${status} is not documented for ${sent.method} ${operation.path}`;
  if (sent.method === 'OPTIONS') return undefined;
  // Before the route is looked at: the headers, the token, and whether there is any request at all.
  if ([400, 401, 429, 431].includes(status) && !(isKnown && status === 401)) return undefined;
  if (siblings.length > 0) return status === 405 ? '' : `${status} instead of 405`;
  return undefined;
}

function bodyFault({ sent, operation, answer, document }: Exchange): string | undefined {
  if (!operation || !(answer.status in operation.responses)) return undefined;
  const type = answer.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (sent.method === 'HEAD') return answer.text === '' ? '' : 'HEAD has a body';
  const body = type.endsWith('json') ? answer.json : answer.text;
  if (type.endsWith('json') && body === undefined) return 'the body is no JSON';
  if (type === '' && answer.text !== '') return 'a body without Content-Type';
  const fault = document.bodyFault(operation, answer.status, type, body);
  return fault === undefined ? '' : `${answer.status} of ${operation.method} ${operation.path}: ${fault}`;
}

function limitsFault(exchange: Exchange): string | undefined {
  const { operation, answer, limits, isKnown } = exchange;
  if (isRefusedByParser(exchange)) return undefined;
  const policy = answer.headers.get('ratelimit-policy') ?? '';
  const state = answer.headers.get('ratelimit') ?? '';
  if (!isLimited(exchange))
    return policy + state === '' ? '' : `RateLimit-Policy: ${policy} where nothing is limited`;
  const quota = operation && publishes(operation) ? limits.posts : undefined;
  const policies = [
    limits.requests && /^"default";q=\d+;w=60$/,
    quota !== undefined && new RegExp(`^"posts";q=${quota};w=86400$`),
  ];
  const states = [
    limits.requests && /^"default";r=\d+;t=\d+$/,
    quota !== undefined && isKnown && /^"posts";r=\d+;t=\d+$/,
  ];
  if (!fits(policy, policies)) return `RateLimit-Policy: ${policy}`;
  return fits(state, states) ? '' : `RateLimit: ${state}`;
}

function fits(header: string, forms: readonly (RegExp | false)[]): boolean {
  const parts = header === '' ? [] : header.split(', ');
  const wanted = forms.filter((form) => form !== false);
  return parts.length === wanted.length && wanted.every((form, n) => form.test(parts[n] ?? ''));
}

function cacheFault(exchange: Exchange): string | undefined {
  const { sent, answer, isKnown } = exchange;
  if (!sent.target.startsWith('/v1/') || isRefusedByParser(exchange)) return undefined;
  const isGood = !isStream(exchange) && isRead(exchange) && (answer.status === 200 || answer.status === 304);
  const expected = isGood ? (isKnown ? 'private, no-cache' : 'public, max-age=5') : 'no-store';
  const told = answer.headers.get('cache-control');
  return told === expected ? '' : `${answer.status}: Cache-Control: ${told ?? ''} instead of ${expected}`;
}

function pageFault({ operation, answer }: Exchange): string | undefined {
  const page = (answer.json as { page?: { next?: unknown; prev?: unknown; hasMore?: unknown } } | undefined)
    ?.page;
  if (!operation || !isPage(operation) || answer.status !== 200 || !page) return undefined;
  if (page.hasMore !== (page.next !== undefined))
    return `hasMore is ${String(page.hasMore)}, next ${String(page.next)}`;
  const link = answer.headers.get('link') ?? '';
  for (const rel of ['next', 'prev'] as const) {
    const target = new RegExp(`<([^>]*)>; *rel="?${rel}"?`).exec(link)?.[1];
    const cursor = target === undefined ? undefined : new URL(target, 'http://x').searchParams.get('cursor');
    if (cursor !== page[rel]) return `Link has rel=${rel} ${String(cursor)}, page ${String(page[rel])}`;
  }
  return '';
}
