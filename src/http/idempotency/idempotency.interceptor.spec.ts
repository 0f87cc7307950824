import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ADA, AnswersInMemory, GRACE, type HttpApp, startHttpApp } from '../../../test/support/http-app.js';
import { ValidationFailed } from '../../shared/errors.js';
import { type IdempotencyKey, IdempotencyStore } from '../../shared/idempotency.js';
import type { Id } from '../../shared/ids.js';
import { type Actor, Authenticated, CurrentUser } from '../current-user.js';
import { Idempotency, Idempotent } from './idempotent.decorator.js';

let published = 0;
/** Handlers wait for it, so that requests overlap. */
let gate: Promise<void> = Promise.resolve();

@Controller('posts')
class PostsController {
  constructor(private readonly kept: IdempotencyStore) {}

  @Post()
  @Authenticated()
  @Idempotent()
  async publish(
    @CurrentUser() actor: Actor,
    @Body() body: { text?: unknown },
    @Idempotency() key: IdempotencyKey | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await gate;
    if (typeof body.text !== 'string')
      throw new ValidationFailed([{ pointer: '/text', code: 'type', detail: 'must be a string.' }]);
    published += 1;
    const id: Id = `0192b3f4-8c1e-7a52-9d43-${published.toString(16).padStart(12, '0')}`;
    if (key && this.kept instanceof AnswersInMemory)
      this.kept.records.set(key.digest, { fingerprint: key.fingerprint, postId: id });
    reply.status(201).header('Location', `/v1/posts/${id}`);
    return { id, text: body.text, by: actor.id, published };
  }

  @Post(':id/replies')
  @HttpCode(201)
  @Authenticated()
  @Idempotent()
  reply(
    @CurrentUser() actor: Actor,
    @Param('id') _id: string,
    @Body() body: { text?: unknown },
    @Idempotency() key: IdempotencyKey | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.publish(actor, body, key, reply);
  }
}

let app: HttpApp;
beforeAll(async () => {
  app = await startHttpApp([PostsController]);
});
afterAll(() => app.close());
beforeEach(() => {
  published = 0;
  app.kept.records.clear();
  gate = Promise.resolve();
});

function send(
  key: string | undefined,
  body: unknown = { text: 'a' },
  as = 'ada',
  path = '/posts',
): Promise<Response> {
  return app.get(path, as, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...(key !== undefined && { 'Idempotency-Key': key }) },
  });
}

const codeOf = async (answer: Response): Promise<string> =>
  `${answer.status} ${((await answer.json()) as { code?: string }).code}`;

it('answers a request that is sent again as the first, byte for byte', async () => {
  const first = await send('k1', { text: 'Grüße, "née" 👩‍🚀' });
  const replay = await send('k1', { text: 'Grüße, "née" 👩‍🚀' });
  expect([first.status, replay.status]).toEqual([201, 201]);
  expect(Buffer.from(await replay.arrayBuffer())).toEqual(Buffer.from(await first.arrayBuffer()));
  for (const name of ['Location', 'Content-Type'])
    expect(replay.headers.get(name)).toBe(first.headers.get(name) as string);
  expect(first.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
  expect([first, replay].map(({ headers }) => headers.get('Idempotency-Replayed'))).toEqual([null, 'true']);
  expect(published).toBe(1);
});

it('answers the same with a key as without one', async () => {
  const without = await send(undefined);
  const withKey = await send('k');
  expect(withKey.headers.get('Content-Type')).toBe(without.headers.get('Content-Type') as string);
  expect(Object.keys((await withKey.json()) as object)).toEqual(
    Object.keys((await without.json()) as object),
  );
  expect(published).toBe(2);
});

it('sees the same body in other white space and another order of keys, at any depth', async () => {
  await send('k', '{"text":"a","more":{"x":1,"y":[{"b":1,"c":2}]}}');
  const replay = await send('k', ' { "more": {"y":[{"c":2,"b":1}], "x":1},\n"text":"\\u0061" } ');
  expect(replay.headers.get('Idempotency-Replayed')).toBe('true');
});

it('refuses another body under the same key', async () => {
  await send('k', { text: 'a' });
  for (const other of [{ text: 'b' }, { text: 'a', more: 1 }, { text: ['a'] }, {}])
    expect(await codeOf(await send('k', other))).toBe('422 idempotency-key-reused');
  expect(published).toBe(1);
});

it('keeps keys for each user and each path', async () => {
  await send('k');
  await send('k', undefined, 'grace');
  await send('k', undefined, 'ada', `/posts/${ADA}/replies`);
  await send('k', undefined, 'ada', `/posts/${GRACE}/replies`);
  expect(published).toBe(4);
  expect((await send('k', undefined, 'ada', '/posts?a=1')).headers.get('Idempotency-Replayed')).toBe('true');
});

it('lets one of many requests at once through, and answers 409 to the others until it is done', async () => {
  let open = (): void => undefined;
  gate = new Promise((resolve) => (open = resolve));
  const requests = Array.from({ length: 20 }, () => send('k'));
  const refused: Response[] = [];
  void requests.map(async (request) =>
    request.then((answer) => answer.status === 409 && refused.push(answer)),
  );
  for (let waits = 0; refused.length < 19 && waits < 500; waits++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  open();
  const answers = await Promise.all(requests);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(await codeOf(refused[0] as Response)).toBe('409 idempotency-key-in-use');
  expect(refused[0]?.headers.get('Retry-After')).toBe('1');
  expect((await send('k')).headers.get('Idempotency-Replayed')).toBe('true');
  expect(published).toBe(1);
});

it('refuses a body that nests without end', async () => {
  for (const body of [
    '['.repeat(30_000) + ']'.repeat(30_000),
    '{"a":'.repeat(9_000) + '1' + '}'.repeat(9_000),
  ])
    expect(await codeOf(await send('k', body))).toBe('422 validation-failed');
  expect((await send('k')).status).toBe(201);
});

it('leaves the key free after a refusal', async () => {
  const refused = await send('k', { text: 1 });
  expect(await codeOf(refused)).toBe('422 validation-failed');
  expect(refused.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
  expect((await send('k', { text: 'a' })).status).toBe(201);
  expect(published).toBe(1);
});

it('makes the answer again when the process ended before it was kept, and keeps that', async () => {
  const first = (await (await send('k')).json()) as { id: Id };
  const [digest, record] = [...app.kept.records][0] ?? [];
  const { body: _lost, ...cut } = record ?? { fingerprint: '', postId: '' };
  app.kept.records.set(digest as string, cut);
  const replay = await send('k');
  expect(replay.status).toBe(201);
  expect(replay.headers.get('Idempotency-Replayed')).toBe('true');
  expect(replay.headers.get('Location')).toBe(`/v1/posts/${first.id}`);
  const body = await replay.text();
  expect(JSON.parse(body)).toEqual({ id: first.id, rebuiltFor: ADA });
  expect(app.kept.records.get(digest as string)?.body).toBe(body);
  expect(published).toBe(1);
});

it('still answers 201 when the post is published but its answer cannot be kept', async () => {
  const keepBody = app.kept.keepBody.bind(app.kept);
  app.kept.keepBody = () => Promise.reject(new Error('gone'));
  const first = await send('k').finally(() => (app.kept.keepBody = keepBody));
  expect(first.status).toBe(201);
  expect((await send('k')).headers.get('Idempotency-Replayed')).toBe('true');
  expect(published).toBe(1);
});

it.each(['', ' ', 'a b', 'a\tb', 'é', 'a'.repeat(256)])('refuses the key "%s"', async (key) => {
  expect(await codeOf(await send(key))).toBe('400 invalid-idempotency-key');
  expect(published).toBe(0);
});

it('refuses a key that is sent twice', async () => {
  const headers = new Headers({ 'Content-Type': 'application/json', Authorization: 'Bearer ada' });
  headers.append('Idempotency-Key', 'a');
  headers.append('Idempotency-Key', 'a');
  const answer = await fetch(`${app.url}/posts`, { method: 'POST', body: '{"text":"a"}', headers });
  expect(await codeOf(answer)).toBe('400 invalid-idempotency-key');
});

it.each(['!', '~', 'a'.repeat(255), '"quoted",\\'])('takes the key %s', async (key) => {
  expect((await send(key)).status).toBe(201);
});

it('asks who it is before it looks at the key', async () => {
  const answer = await app.get('/posts', undefined, {
    method: 'POST',
    headers: { 'Idempotency-Key': 'a b' },
  });
  expect(answer.status).toBe(401);
});
