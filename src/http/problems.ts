interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** Every problem that a client can meet, by its stable code: the closed catalogue. */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'invalid-parameter': { status: 400, title: 'A parameter is not good' },
  'invalid-cursor': { status: 400, title: 'The cursor is not good' },
  'invalid-idempotency-key': { status: 400, title: 'The idempotency key is not good' },
  'invalid-token': { status: 401, title: 'A good access token is needed' },
  'invalid-credentials': { status: 401, title: 'Name or password are wrong' },
  'invalid-refresh-token': { status: 401, title: 'The refresh token is not good' },
  forbidden: { status: 403, title: 'You may not do this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'post-not-found': { status: 404, title: 'There is no such post' },
  'user-not-found': { status: 404, title: 'There is no such user' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'username-taken': { status: 409, title: 'The username is taken' },
  'idempotency-key-in-use': { status: 409, title: 'The same request is being answered' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'validation-failed': { status: 422, title: 'The body breaks a rule' },
  'self-repost': { status: 422, title: 'You cannot repost yourself' },
  'self-quote': { status: 422, title: 'You cannot quote yourself' },
  'self-follow': { status: 422, title: 'You cannot follow yourself' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another body' },
  'quota-exceeded': { status: 429, title: "Today's posts are used up" },
  'too-many-streams': { status: 429, title: 'Too many streams are open' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'header-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'service-unavailable': { status: 503, title: 'Not possible at the moment' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The catalogue's name of a code; what is not in it must not reach a client. */
export function problemCode(code: string): ProblemCode {
  return Object.hasOwn(PROBLEMS, code) ? (code as ProblemCode) : 'internal-error';
}

/** The code for errors that are known by their status only. */
export function codeOfStatus(status: number): ProblemCode {
  return CODE_OF_STATUS.get(status) ?? (status < 500 ? 'malformed-request' : 'internal-error');
}

const CODE_OF_STATUS = new Map<number, ProblemCode>([
  [404, 'not-found'],
  [408, 'request-timeout'],
  [413, 'payload-too-large'],
  [415, 'unsupported-media-type'],
  [431, 'header-too-large'],
  [503, 'service-unavailable'],
]);
