import { type ProblemCode, PROBLEMS } from './problems.js';

const CATALOGUE = (Object.keys(PROBLEMS) as ProblemCode[])
  .map((code) => `| \`${code}\` | ${PROBLEMS[code].status} | ${PROBLEMS[code].title} |`)
  .join('\n');

/** What holds for many operations: the description of the whole document, in Markdown. */
export const GUIDE = `
Posterr is an open microblog backend: people publish short posts, repost, quote and reply, follow each other, and read
timelines.

## Begin

1. \`POST /v1/auth/register\` with a name and a password answers tokens.
2. Send \`tokens.accessToken\` as \`Authorization: Bearer <token>\` with every other request.
3. \`POST /v1/posts\` publishes, \`GET /v1/timelines/all\` reads.

Keys are camelCase, ids are UUIDs, times are RFC 3339 in UTC with milliseconds. A value that is absent is left out, never
null. Unknown fields of a body are refused, unknown parameters of a query are ignored. \`HEAD\` works wherever \`GET\` does.

## Authentication

Access tokens are JWTs, good for 15 minutes (\`expiresIn\` says it), signed with keys at \`/.well-known/jwks.json\`. Trade the
refresh token for new tokens by \`POST /v1/auth/refresh\` before they expire, or on a 401 \`invalid-token\`. A refresh token is
good once: one that is used twice ends its session, because it may have been stolen.

Most reads need no token; with one they also say how you stand to what you read (\`viewer\`). A token that is not good is 401
everywhere, also where none is needed. Posterr can leave accounts to an outside OpenID Connect issuer: then
\`/v1/auth/...\` answers 404, and its access tokens are sent instead.

## Paging

Lists answer \`{"items", "page": {"next"?, "prev", "hasMore"}}\`, and the same as a \`Link\` header (RFC 8288).

- **On**: send \`page.next\` as \`cursor\`. It is left out exactly when \`hasMore\` is false, at the end of the list.
- **What is new**: send \`page.prev\` as \`cursor\`, now or later, from an empty page too. Each answer has its own \`prev\`: poll with
  it, and you miss nothing.
- \`limit\` is 1 to 100; the default is 5 for a user's posts, 10 for other lists of posts, 20 for everything else.
- \`since\` and \`until\` bound a list by time.

New items never shift pages: walking on shows everything that was there at the start exactly once. A cursor is opaque, and good
for its list with its filters only; anything else is 400 \`invalid-cursor\`: begin again without one.

## Errors

Every refusal is a problem document (RFC 9457, \`application/problem+json\`). Programs decide by \`code\`, people read \`detail\`,
and \`requestId\` (the header \`X-Request-Id\` too) finds the request in the logs. \`validation-failed\` has \`errors\`, each
with a JSON pointer to the field. What cannot be read is 400, a body that breaks a rule is 422, and a 5xx has nothing to do
with what you sent.

| Code | Status | |
|---|---|---|
${CATALOGUE}

This version answers no other code, and each operation names those that it can answer. A wrong path is \`not-found\`, a wrong method \`method-not-allowed\`
with \`Allow\`.

## Idempotency

Every POST that publishes takes an \`Idempotency-Key\`: 1 to 255 visible ASCII characters that you make up for each new post, such
as a UUID. When no answer came, send the same request with the same key again: within 24 hours it is answered as it was first, with
\`Idempotency-Replayed: true\`, and publishes nothing. The same key with another body is 422 \`idempotency-key-reused\`, one that is
still being answered 409 \`idempotency-key-in-use\`. Only successes are kept: after a refusal the key is free, and nothing of the
quota is used. PUT and DELETE can be sent again as they are.

## Limits

- **Requests**: 300 a minute for each user, or for each address without a token; login and registration allow fewer. \`RateLimit-Policy\`
  and \`RateLimit\` tell on every answer what holds and what is left: \`"default";r=299;t=60\` is 299 requests in the next 60 seconds.
- **Posts**: 5 for each author and UTC day, all kinds counted; the policy \`"posts"\` on publishing operations, and \`GET /v1/me/quota\`.
- **Size**: a body has at most 64 KiB, a text 777 characters.

A 429 says in \`Retry-After\` how many seconds to wait, and so do 409 \`idempotency-key-in-use\` and 503. Whoever runs this server may
have set other limits: believe the headers.

## Caching

Every GET but the streams has an \`ETag\`. Send it as \`If-None-Match\` to get 304 and no body while nothing has changed.
Anonymous answers may be shared for five seconds (\`Cache-Control: public, max-age=5\`), those to a user may be kept by that user
and must be asked again (\`private, no-cache\`). All vary by \`Authorization\`.

## Streaming

\`GET /v1/stream\` sends your timeline and notifications as they happen, \`GET /v1/streams/public\` everybody's posts, as
server-sent events (\`text/event-stream\`): \`post\` with a Post, \`notification\` with a Notification, each as JSON on one
line, and each with an id. After a break, connect again with the header \`Last-Event-ID\`: nothing is lost, nothing comes twice. The event
\`reset\` says that what was missed cannot be told: read the lists again, then go on with the stream. A stream ends when
the access token expires, or when its reader is too slow. In browsers, read it by \`fetch()\`: \`EventSource\` cannot send a token.

## Versions and deprecation

What is under \`/v1\` only grows: new operations, new optional parameters, new fields in answers, new values of
enumerations in answers, problem codes among them. So leave aside fields that you do not know, and take an unknown \`code\` by its
status. Anything that would break a client is another version beside this one.

What is to go is first marked as \`deprecated\` here, and its answers carry \`Deprecation\` (RFC 9745) and \`Sunset\` (RFC 8594):
it goes on working until that day, at least 12 months later. At present nothing is deprecated.
`.trim();

/** In the order in which a reader meets them. */
export const TAGS = [
  ['accounts', 'Who you are: join, log in, renew tokens, log out, and the keys that verify tokens.'],
  ['users', 'Profiles: your own, and everybody’s.'],
  ['follows', 'Who follows whom.'],
  ['posts', 'Publish, repost, quote and reply; posts by id, and what was said to them.'],
  ['timelines', 'Lists of posts: everybody’s, those of the people you follow, one user’s.'],
  ['streams', 'Server-sent events: what happens, as it happens.'],
  ['notifications', 'What others did that concerns you, and how far you have read.'],
  ['search', 'Posts and users by words.'],
  ['admin', 'Moderation, for users with the role `admin`.'],
  ['operations', 'For those who run Posterr: health and measurements.'],
] as const;
