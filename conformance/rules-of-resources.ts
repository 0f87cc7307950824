import type { Json } from './document.ts';
import type { Exchange, Rule } from './exchange.ts';

const RESOURCES = '3. Resources';
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const DAY = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });

export const RESOURCE_RULES: readonly Rule[] = [
  {
    section: RESOURCES,
    promise:
      'Ids are UUIDv7; times are RFC 3339 in UTC with milliseconds; an absent value is left out, never null',
    checked: 'every id, time and value of every body',
    judge: (exchange) => objectsOf(exchange, valuesFault),
  },
  {
    section: RESOURCES,
    promise:
      'A repost has no text, mentions, counts or conversationId of its own; a subject embeds one level',
    checked: 'every post: what its kind has and has not; a hidden subject is {id, state}',
    judge: (exchange) => objectsOf(exchange, (one) => ('kind' in one ? postFault(one) : undefined)),
  },
  {
    section: RESOURCES,
    promise: 'viewer only when the request is authenticated; dateJoined is the UTC day in English',
    checked: 'every post and user',
    judge: (exchange) =>
      objectsOf(exchange, (one) => {
        const isUser = 'joinedAt' in one;
        if (!isUser && !('kind' in one)) return undefined;
        if (isUser && one['dateJoined'] !== DAY.format(new Date(String(one['joinedAt']))))
          return `dateJoined ${String(one['dateJoined'])}`;
        // Whoever registers or logs in is not yet authenticated.
        if ('viewer' in one === exchange.isKnown || exchange.sent.target.startsWith('/v1/auth/')) return '';
        // Oneself, and what a notification carries, may be without.
        return exchange.isKnown && !exchange.sent.target.startsWith('/v1/posts/')
          ? ''
          : `viewer ${JSON.stringify(one['viewer'])}`;
      }),
  },
  {
    section: '2. Timelines and lists',
    promise: 'Newest first means by server time of creation, then id; replies are oldest first',
    checked: 'the order of every page of posts, and that nothing is in it twice',
    judge: orderFault,
  },
];

/** Judges each object of a good answer; undefined where `judge` is concerned with none. */
function objectsOf({ answer }: Exchange, judge: (object: Json) => string | undefined): string | undefined {
  if (
    answer.status >= 300 ||
    typeof answer.json !== 'object' ||
    !answer.headers.get('content-type')?.startsWith('application/json')
  ) {
    return undefined;
  }
  let verdict: string | undefined;
  const visit = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return true;
    if (!Array.isArray(value)) {
      const said = judge(value as Json);
      if (said) verdict = said;
      else verdict ??= said;
      if (said) return false;
    }
    return Object.values(value).every(visit);
  };
  // A document that is served is no resource.
  if (!(answer.json && 'openapi' in answer.json)) visit(answer.json);
  return verdict;
}

function valuesFault(object: Json): string | undefined {
  let verdict: string | undefined;
  for (const [name, value] of Object.entries(object)) {
    if (value === null) return `${name} is null`;
    const form = formOf(name);
    if (!form) continue;
    if (typeof value !== 'string' || !form.test(value)) return `${name} ${JSON.stringify(value)}`;
    verdict = '';
  }
  return verdict;
}

function formOf(name: string): RegExp | undefined {
  if (/^(?:id|conversationId|lastReadId)$/.test(name)) return UUID7;
  return name.endsWith('At') ? INSTANT : undefined;
}

const NEEDED = {
  original: ['text', 'mentions', 'conversationId', 'counts'],
  quote: ['text', 'mentions', 'conversationId', 'counts', 'subject'],
  reply: ['text', 'mentions', 'conversationId', 'counts', 'inReplyTo'],
  repost: ['subject'],
} as const;
const ALL = ['text', 'mentions', 'conversationId', 'counts', 'subject', 'inReplyTo'];

function postFault(post: Json): string {
  const kind = post['kind'] as keyof typeof NEEDED;
  const needed: readonly string[] = NEEDED[kind];
  const wrong = ALL.find((name) => name in post !== needed.includes(name));
  if (wrong !== undefined) return `a ${kind} ${wrong in post ? 'with' : 'without'} ${wrong}`;
  if ((kind === 'original' || kind === 'quote') && post['conversationId'] !== post['id'])
    return `the conversationId of a ${kind}`;
  const subject = (post['subject'] ?? post['inReplyTo']) as { state?: unknown; post?: Json } | undefined;
  if (subject?.state === 'hidden' && Object.keys(subject).length !== 2)
    return `a hidden subject with ${Object.keys(subject).join()}`;
  const inner = (subject?.post?.['subject'] ?? subject?.post?.['inReplyTo']) as Json | undefined;
  return inner && Object.keys(inner).toSorted().join() !== 'id,state'
    ? 'a subject within a subject with more than {id, state}'
    : '';
}

function orderFault({ sent, operation, answer }: Exchange): string | undefined {
  const items = (answer.json as { items?: readonly Json[] } | undefined)?.items;
  if (answer.status !== 200 || operation?.method !== 'GET' || !items || sent.target.startsWith('/v1/posts?'))
    return undefined;
  const ids = items.map(({ id }) => String(id));
  if (new Set(ids).size !== ids.length) return 'an item is twice in a page';
  // People are listed by when they followed, which an answer does not tell.
  if (!items.every((item) => 'kind' in item)) return '';
  const ordered = items
    .map(({ createdAt, id }) => `${String(createdAt)} ${String(id)}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
  const expected = /\/replies(?:\?|$)/.test(sent.target) ? ordered : ordered.toReversed();
  return expected.every((key, n) => key.endsWith(ids[n] ?? '')) ? '' : 'the items are in another order';
}
