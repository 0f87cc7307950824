import { type ProblemCode, PROBLEMS } from './problems.js';

const POST = '/v1/posts/0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f';

/** Where each problem is met, and what it says there. */
const MET: Readonly<Record<ProblemCode, readonly [instance: string, detail: string]>> = {
  'malformed-request': [
    '/v1/posts',
    'The body or the URL is malformed: the body must be one JSON document in UTF-8.',
  ],
  'invalid-parameter': ['/v1/timelines/all', 'The parameter "limit" must be a whole number from 1 to 100.'],
  'invalid-cursor': [
    '/v1/timelines/all',
    'The cursor is not one of this list with these filters. Begin again without a cursor.',
  ],
  'invalid-idempotency-key': [
    '/v1/posts',
    'Idempotency-Key must be one header of 1 to 255 visible ASCII characters.',
  ],
  'invalid-token': ['/v1/me', 'The access token is not good or no longer good.'],
  'invalid-credentials': ['/v1/auth/login', 'There is no account of that name and password.'],
  'invalid-refresh-token': [
    '/v1/auth/refresh',
    'The refresh token is unknown, expired, used before, or its login has ended. Log in again.',
  ],
  forbidden: ['/v1/admin/posts/0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f/hidden', 'You may not do this.'],
  'not-found': [
    '/v1/auth/register',
    'Accounts are kept by an outside OpenID Connect issuer here. Get your access token from it.',
  ],
  'post-not-found': [POST, 'There is no such post, or it was hidden.'],
  'user-not-found': [
    '/v1/users/Nobody',
    'There is no user of that name. Names may have changed: look the user up by GET /v1/search/users.',
  ],
  'method-not-allowed': [POST, 'Only GET, HEAD, OPTIONS are allowed here.'],
  'request-timeout': ['/v1/posts', 'The request took too long to arrive'],
  'username-taken': [
    '/v1/auth/register',
    'Another user has that name, perhaps in other case. Choose another one.',
  ],
  'idempotency-key-in-use': [
    '/v1/posts',
    'A request with this Idempotency-Key is still being answered. Send it again in a moment.',
  ],
  'payload-too-large': ['/v1/posts', 'The body may have 64 KiB at most.'],
  'unsupported-media-type': [
    '/v1/posts',
    'Send the body as plain JSON in UTF-8, with "Content-Type: application/json".',
  ],
  'validation-failed': ['/v1/posts', '/text: The text has nothing visible.'],
  'self-repost': [`${POST}/repost`, 'You cannot repost a post of your own.'],
  'self-quote': [`${POST}/quotes`, 'You cannot quote a post of your own. Reply to it instead.'],
  'self-follow': ['/v1/me/following/Ada', 'You cannot follow yourself.'],
  'idempotency-key-reused': [
    '/v1/posts',
    'This Idempotency-Key was used with another body. Use a new key for a new request.',
  ],
  'quota-exceeded': [
    '/v1/posts',
    'You have published the 5 posts of this UTC day. The next one is possible after midnight UTC.',
  ],
  'too-many-streams': ['/v1/stream', 'You have 10 streams open. End one of them first.'],
  'rate-limited': ['/v1/timelines/all', 'Too many requests. Wait as long as Retry-After says.'],
  'header-too-large': ['/v1/timelines/all', 'The headers are too large'],
  'internal-error': ['/v1/posts', 'An unexpected error. It was written down under the request id.'],
  'service-unavailable': ['/v1/posts', 'This is not possible at the moment. Try again soon.'],
};
const FAULT = { pointer: '/text', code: 'empty', detail: 'The text has nothing visible.' };

/** The problem as it is answered. */
export function exampleOf(code: ProblemCode): object {
  const { status, title } = PROBLEMS[code];
  const [instance, detail] = MET[code];
  const value = {
    type: `urn:posterr:problem:${code}`,
    title,
    status,
    code,
    detail,
    instance,
    requestId: '0192b3f7-3c4d-7e5f-9061-7c8d9e0f1a2b',
    ...(code === 'validation-failed' && { errors: [FAULT] }),
  };
  return { summary: title, value };
}
