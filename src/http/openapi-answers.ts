import type { OpenAPIObject } from '@nestjs/swagger';
import { exampleOf } from './openapi-refusals.js';
import { PROBLEM_CODES } from './problems.decorator.js';
import { type ProblemCode, PROBLEMS } from './problems.js';

/** The parts of an operation that this file reads and writes; Nest's types leave its own extensions out. */
interface Operation {
  summary?: string;
  description?: string;
  parameters?: { name?: string; in?: string }[];
  requestBody?: object;
  security?: object[];
  responses: Record<string, Answer | { $ref: string }>;
  [PROBLEM_CODES]?: ProblemCode[];
}

interface Answer {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema?: Schema }>;
}

type Components = NonNullable<OpenAPIObject['components']>;
type Schema = NonNullable<Components['schemas']>[string];

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
} as const;
type HeaderName = keyof typeof HEADERS;

/** Adds what many operations have in common: problems, headers, 304. What several answer alike stands once. */
export function describeAnswers(document: OpenAPIObject): void {
  const components: Components = { ...document.components, headers: HEADERS };
  document.components = components;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation) describeOperation(path, method, operation, components);
    }
  }
}

function describeOperation(
  path: string,
  method: (typeof METHODS)[number],
  operation: Operation,
  components: Components,
): void {
  // The compiler plugin takes a whole comment for the summary.
  const [summary = '', ...paragraphs] = operation.summary?.split('\n\n') ?? [];
  operation.summary = summary;
  if (paragraphs.length > 0) operation.description = paragraphs.join('\n\n');
  // Said, so that nobody takes it for forgotten.
  operation.security ??= [];
  const common: HeaderName[] = [
    'X-Request-Id',
    ...(isLimited(path) ? (['RateLimit-Policy', 'RateLimit'] as const) : []),
  ];
  const answers = Object.values(operation.responses) as Answer[];
  const isStream = answers.some(({ content }) => content?.['text/event-stream'] !== undefined);
  const isPage = operation.parameters?.some(({ name }) => name === 'cursor') ?? false;
  const publishes = operation[PROBLEM_CODES]?.includes('quota-exceeded') ?? false;
  for (const answer of answers) {
    answer.description ||= meaningOf(answer, components);
    const ofGet: HeaderName[] =
      method === 'get'
        ? ['Cache-Control', ...(isStream ? [] : (['ETag'] as const)), ...(isPage ? (['Link'] as const) : [])]
        : [];
    const ofWrite: HeaderName[] = publishes
      ? ['Location', ...(method === 'post' ? (['Idempotency-Replayed'] as const) : [])]
      : [];
    answer.headers = headers([...common, ...ofGet, ...ofWrite]);
  }
  if (publishes && method === 'put') {
    const answer = operation.responses['200'] as Answer;
    operation.responses['201'] = { ...answer, description: 'Reposted.' };
    operation.responses['200'] = { ...answer, description: 'Reposted before: the same repost.' };
  }
  if (method === 'get' && !isStream) {
    operation.responses['304'] = shared(components, path, 'NotModified', {
      description: 'Nothing has changed since the answer with that `ETag`.',
      headers: headers([...common, 'ETag']),
    });
  }
  const codes = new Set([...(operation[PROBLEM_CODES] ?? []), ...commonProblems(path, method, operation)]);
  Reflect.deleteProperty(operation, PROBLEM_CODES);
  const inOrder = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
  for (const [status, ofStatus] of Map.groupBy(inOrder, (code) => PROBLEMS[code].status)) {
    const name = ofStatus.map(pascalCase).join('Or');
    operation.responses[status] = shared(components, path, name, problems(status, ofStatus, common));
    components.examples = {
      ...components.examples,
      ...Object.fromEntries(ofStatus.map((code) => [code, exampleOf(code)])),
    };
  }
}

/** Whether requests of `path` are counted against the limit, so that its answers say what is left of it. */
function isLimited(path: string): boolean {
  return path.startsWith('/v1/');
}

function meaningOf({ content }: Answer, { schemas }: Components): string {
  const answered = content?.['application/json']?.schema;
  const name = answered && '$ref' in answered ? answered.$ref.split('/').at(-1) : undefined;
  const schema = name === undefined ? undefined : schemas?.[name];
  return (schema && 'description' in schema && schema.description) || 'Done.';
}

/** Keeps `answer` among the components under its name, and refers to it. */
function shared(components: Components, path: string, name: string, answer: Answer): { $ref: string } {
  const ownName = isLimited(path) ? name : `${name}Unlimited`;
  components.responses = { ...components.responses, [ownName]: answer };
  return { $ref: `#/components/responses/${ownName}` };
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
  if (isLimited(path)) codes.push('rate-limited');
  if (names.size > 0) codes.push('invalid-parameter');
  if (names.has('cursor')) codes.push('invalid-cursor');
  if (names.has('Idempotency-Key')) {
    codes.push('invalid-idempotency-key', 'idempotency-key-in-use', 'idempotency-key-reused');
  }
  if (method !== 'get') codes.push('payload-too-large', 'unsupported-media-type', 'request-timeout');
  if (path.includes('/admin/')) codes.push('forbidden');
  return codes;
}

function problems(status: number, codes: readonly ProblemCode[], common: readonly HeaderName[]): Answer {
  const extra: HeaderName[] = [
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
    ...(status === 429 || status === 503 || status === 409 ? (['Retry-After'] as const) : []),
  ];
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const);
  const content = {
    schema: { $ref: '#/components/schemas/Problem' },
    examples: Object.fromEntries(examples),
  };
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    headers: headers([...common, ...extra]),
    content: { 'application/problem+json': content },
  };
}

function pascalCase(code: string): string {
  return code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function header(description: string, example: string): object {
  return { description, schema: { type: 'string' }, example };
}

function headers(names: readonly HeaderName[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
