import assert from 'node:assert/strict';
import type { PageBody, PostBody, ProblemBody, UserBody } from '../test/support/client.ts';
import { type Deployment, NOBODY, type Sender } from './deployment.ts';
import type { Answer } from './wire.ts';

export type { NotificationBody, PageBody, PostBody, ProblemBody, UserBody } from '../test/support/client.ts';

export interface Tokens {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
}

export interface Session {
  readonly user: UserBody;
  readonly tokens: Tokens;
}

export interface Options {
  /** Sent as it is when it is a string or bytes, else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

const SECOND = 1_000;
const MOST_PAGES = 5_000;

/** Somebody who talks to the deployment: a user of the kit's own, the admin, or nobody. */
export class Client {
  readonly deployment: Deployment;
  readonly user: UserBody | undefined;
  readonly sender: Sender;
  private tokens: Tokens | undefined;
  private goodUntil: number;

  constructor(deployment: Deployment, session?: Session) {
    this.deployment = deployment;
    this.user = session?.user;
    this.sender = session ? { id: session.user.id, isKnown: true } : NOBODY;
    this.tokens = session?.tokens;
    this.goodUntil = endOf(session?.tokens);
  }

  get id(): string {
    return this.user?.id ?? '';
  }

  get username(): string {
    return this.user?.username ?? '';
  }

  get refreshToken(): string {
    return this.tokens?.refreshToken ?? '';
  }

  /** A good access token; it is renewed when its time is nearly over. */
  async accessToken(): Promise<string | undefined> {
    if (this.tokens && this.tokens.refreshToken !== '' && Date.now() > this.goodUntil) {
      const { refreshToken } = this.tokens;
      const nobody = new Client(this.deployment);
      const { status, json } = await nobody.post('/v1/auth/refresh', { refreshToken });
      assert.equal(status, 200, 'a refresh token is good for new tokens');
      this.tokens = (json as { tokens: Tokens }).tokens;
      this.goodUntil = endOf(this.tokens);
    }
    return this.tokens?.accessToken;
  }

  /** `sender` is for those who only pretend to be known, or do not wait. */
  async send(
    method: string,
    target: string,
    { body, headers }: Options = {},
    sender = this.sender,
  ): Promise<Answer> {
    const token = await this.accessToken();
    const bytes = bytesOf(body);
    const all = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(bytes && { 'content-type': 'application/json' }),
      ...headers,
    };
    return this.deployment.send({ method, target, headers: all, ...(bytes && { body: bytes }) }, sender);
  }

  get(target: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send('GET', target, { ...(headers && { headers }) });
  }

  post(target: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.send('POST', target, { body, ...(headers && { headers }) });
  }

  put(target: string, body?: unknown): Promise<Answer> {
    return this.send('PUT', target, { body });
  }

  patch(target: string, body: unknown): Promise<Answer> {
    return this.send('PATCH', target, { body });
  }

  delete(target: string): Promise<Answer> {
    return this.send('DELETE', target);
  }

  /** The body of a successful read. */
  async read<Body>(target: string): Promise<Body> {
    return good<Body>(await this.get(target), 200);
  }

  async publish(text: string): Promise<PostBody> {
    return good(await this.post('/v1/posts', { text }), 201);
  }

  async quote(id: string, text: string): Promise<PostBody> {
    return good(await this.post(`/v1/posts/${id}/quotes`, { text }), 201);
  }

  async reply(id: string, text: string): Promise<PostBody> {
    return good(await this.post(`/v1/posts/${id}/replies`, { text }), 201);
  }

  async repost(id: string): Promise<PostBody> {
    return good(await this.put(`/v1/posts/${id}/repost`), 201);
  }

  async follow({ username }: Client): Promise<void> {
    good(await this.put(`/v1/me/following/${username}`), 200);
  }

  page<Item = PostBody>(list: string, cursor?: string): Promise<PageBody<Item>> {
    return this.read(
      cursor === undefined ? list : `${list}${list.includes('?') ? '&' : '?'}cursor=${cursor}`,
    );
  }

  /** All items of a list, by `next` to its end. */
  async walk<Item = PostBody>(list: string): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const { items: some, page } = await this.page<Item>(list, cursor);
      items.push(...some);
      if (page.next === undefined) return items;
      cursor = page.next;
    }
    return assert.fail(`${list} does not end within ${MOST_PAGES} pages`);
  }
}

/** The body of an answer that must have a status. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what comes; that it is so, the rules check by the document
export function good<Body>({ status, json, text }: Answer, expected: number): Body {
  assert.equal(status, expected, `${status} instead of ${expected}: ${text.slice(0, 300)}`);
  return json as Body;
}

/** Checks that an answer is a problem of this status and code, and gives it back. */
export function problem({ status, json, text }: Answer, expected: number, code: string): ProblemBody {
  const told = (json as ProblemBody | undefined)?.code ?? text.slice(0, 200);
  assert.equal(`${status} ${told}`, `${expected} ${code}`);
  return json as ProblemBody;
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function endOf(tokens: Tokens | undefined): number {
  const seconds = tokens?.expiresIn ?? 0;
  return Date.now() + (seconds - Math.min(60, seconds / 2)) * SECOND;
}
