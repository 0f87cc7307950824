import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_CODES } from './problems.decorator.js';
import { type ProblemCode, PROBLEMS } from './problems.js';

/** The parts of an operation that this file reads and writes; Nest's types leave its own extensions out. */
interface Operation {
  summary?: string;
  description?: string;
  parameters?: { name?: string; in?: string }[];
  requestBody?: object;
  security?: object[];
  responses: Record<string, Answer>;
  [PROBLEM_CODES]?: ProblemCode[];
}

interface Answer {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, object>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const HEADERS = {
  'X-Request-Id': header(
    'Names the request: as the client sent it, or made here.',
    '0192b3f7-3c4d-7e5f-9061-7c8d9e0f1a2b',
  ),
  'RateLimit-Policy': header('Limits that hold here.', '"default";q=300;w=60'),
  RateLimit: header('What is left of them, and for how many seconds.', '"default";r=299;t=60'),
  ETag: header('Changes when the body does.', '"2jmj7l5rSw0yVb_vlWAYkK_YBwk"'),
  'Cache-Control': header('How long the answer may be kept, and by whom.', 'public, max-age=5'),
  Link: header('The next and the previous page (RFC 8288).', '</v1/timelines/all?cursor=AAGN>; rel="next"'),
  Location: header('Where the post is.', '/v1/posts/0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f'),
  'Idempotency-Replayed': header('The request was sent before: this is its first answer.', 'true'),
  'Retry-After': header('Seconds to wait.', '30'),
  'WWW-Authenticate': header('How to authenticate (RFC 6750).', 'Bearer realm="posterr"'),
  Allow: header('The methods of this path.', 'GET, HEAD, OPTIONS'),
} as const;
type HeaderName = keyof typeof HEADERS;

/** Adds what many operations have in common: problems, headers, 304. */
export function describeAnswers(document: OpenAPIObject): void {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  const examples = Object.fromEntries(codes.map((code) => [code, exampleOf(code)]));
  document.components = { ...document.components, headers: HEADERS, examples };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation) describeOperation(path, method, operation);
    }
  }
}

function describeOperation(path: string, method: (typeof METHODS)[number], operation: Operation): void {
  // The compiler plugin takes a whole comment for the summary.
  const [summary = '', ...paragraphs] = operation.summary?.split('\n\n') ?? [];
  operation.summary = summary;
  if (paragraphs.length > 0) operation.description = paragraphs.join('\n\n');
  const limited = path.startsWith('/v1/');
  const common: HeaderName[] = [
    'X-Request-Id',
    ...(limited ? (['RateLimit-Policy', 'RateLimit'] as const) : []),
  ];
  const isPage = operation.parameters?.some(({ name }) => name === 'cursor') ?? false;
  const publishes = operation[PROBLEM_CODES]?.includes('quota-exceeded') ?? false;
  for (const answer of Object.values(operation.responses)) {
    answer.description ||= 'Done.';
    const ofGet: HeaderName[] =
      method === 'get' ? ['ETag', 'Cache-Control', ...(isPage ? (['Link'] as const) : [])] : [];
    const ofWrite: HeaderName[] = publishes
      ? ['Location', ...(method === 'post' ? (['Idempotency-Replayed'] as const) : [])]
      : [];
    answer.headers = headers([...common, ...ofGet, ...ofWrite]);
  }
  if (publishes && method === 'put') {
    operation.responses['201'] = { ...operation.responses['200'], description: 'Reposted.' };
    operation.responses['200'] = {
      ...operation.responses['201'],
      description: 'Reposted before: the same repost.',
    };
  }
  if (method === 'get') {
    operation.responses['304'] = {
      description: 'Nothing has changed.',
      headers: headers([...common, 'ETag']),
    };
  }
  const codes = new Set([...(operation[PROBLEM_CODES] ?? []), ...commonProblems(path, method, operation)]);
  Reflect.deleteProperty(operation, PROBLEM_CODES);
  const inOrder = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
  for (const code of inOrder) addProblem(operation, code, common);
}

function commonProblems(path: string, method: (typeof METHODS)[number], operation: Operation): ProblemCode[] {
  const names = new Set(operation.parameters?.map(({ name }) => name));
  const codes: ProblemCode[] = [
    'malformed-request',
    'invalid-token',
    'header-too-large',
    'internal-error',
    'service-unavailable',
  ];
  if (path.startsWith('/v1/')) codes.push('rate-limited');
  if (names.size > 0) codes.push('invalid-parameter');
  if (names.has('cursor')) codes.push('invalid-cursor');
  if (names.has('Idempotency-Key')) {
    codes.push('invalid-idempotency-key', 'idempotency-key-in-use', 'idempotency-key-reused');
  }
  if (method !== 'get') codes.push('payload-too-large', 'unsupported-media-type', 'request-timeout');
  if (path.includes('/admin/')) codes.push('forbidden');
  return codes;
}

function addProblem(operation: Operation, code: ProblemCode, common: readonly HeaderName[]): void {
  const { status } = PROBLEMS[code];
  const extra: HeaderName[] = [
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
    ...(status === 429 || status === 503 || status === 409 ? (['Retry-After'] as const) : []),
  ];
  const answer = (operation.responses[status] ??= {
    description: '',
    headers: headers([...common, ...extra]),
    content: {
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples: {} },
    },
  });
  answer.description = answer.description === '' ? `\`${code}\`` : `${answer.description}, \`${code}\``;
  const content = answer.content?.['application/problem+json'] as { examples: Record<string, object> };
  content.examples[code] = { $ref: `#/components/examples/${code}` };
}

function exampleOf(code: ProblemCode): object {
  const { status, title } = PROBLEMS[code];
  const errors = [{ pointer: '/text', code: 'empty', detail: 'The text has nothing visible.' }];
  const value = {
    type: `urn:posterr:problem:${code}`,
    title,
    status,
    code,
    detail: `${title}.`,
    instance: '/v1/posts',
    requestId: '0192b3f7-3c4d-7e5f-9061-7c8d9e0f1a2b',
    ...(code === 'validation-failed' && { errors }),
  };
  return { summary: title, value };
}

function header(description: string, example: string): object {
  return { description, schema: { type: 'string' }, example };
}

function headers(names: readonly HeaderName[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
