import createFetchClient from 'openapi-fetch';
import type { AnyListCall, Call, ItemOf, ListInit, ListPath, PageOf, PublishingPath } from './calls.js';
import { refusalOf } from './problem.js';
import type { components, paths } from './schema.js';
import { memoryStore, OutsideTokens, Sessions, type SessionStore, type TokenSource } from './session.js';
import { type StreamEvent, streamEvents, type StreamOptions } from './stream.js';
import { type Fetch, IDEMPOTENCY_KEY, Transport } from './transport.js';
import type { Credentials, Registration, User } from './types.js';

export interface PosterrOptions {
  /** Where Posterr is, without `/v1`: `https://posterr.example`. */
  readonly baseUrl: string;
  /** Where the session of whoever logs in is kept. Not given: in memory. */
  readonly sessions?: SessionStore;
  /**
   * Where the accounts are those of an outside issuer: gives its access token, or undefined for nobody. Called for each
   * request; with `worn` when Posterr refused that one and another is needed.
   */
  readonly accessToken?: (worn?: string) => string | undefined | Promise<string | undefined>;
  /** How often a request is sent again at most, where that is safe: 3. */
  readonly retries?: number;
  /** Seconds. Who would have to wait longer for the next attempt is told of the problem instead: 30. */
  readonly longestWait?: number;
  /** Seconds that one attempt may take: 30. */
  readonly timeout?: number;
  /** Not given: the global one. */
  readonly fetch?: Fetch;
}

/** The compiler sees to it that none is missing. */
const PUBLISHING = {
  '/v1/posts': true,
  '/v1/posts/{id}/quotes': true,
  '/v1/posts/{id}/replies': true,
} satisfies Record<PublishingPath, true>;

/**
 * Posterr's API. Each call answers `{ data, response }`, or throws what was refused as a `PosterrProblem`. What is safe to
 * send again is sent again; what publishes carries an `Idempotency-Key`, so that it is published once.
 */
export class PosterrClient {
  readonly GET: Call<'get'>;
  readonly POST: Call<'post'>;
  readonly PUT: Call<'put'>;
  readonly PATCH: Call<'patch'>;
  readonly DELETE: Call<'delete'>;

  private readonly baseUrl: string;
  private readonly fetch: Fetch;
  private readonly transport: Transport;
  private readonly sessions: Sessions;

  constructor({ baseUrl, sessions = memoryStore(), accessToken, ...options }: PosterrOptions) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.fetch = options.fetch ?? ((request, init) => globalThis.fetch(request, init));
    this.sessions = new Sessions(sessions, async (refreshToken) => {
      type Renewed = components['schemas']['RenewedSessionView'];
      const { tokens } = (await this.ask('/v1/auth/refresh', { refreshToken }, true)) as Renewed;
      return tokens;
    });
    const tokens: TokenSource = accessToken ? new OutsideTokens(accessToken) : this.sessions;
    const { retries = 3, longestWait = 30, timeout = 30 } = options;
    this.transport = new Transport(tokens, { fetch: this.fetch, retries, longestWait, timeout });

    const client = createFetchClient<paths>({
      baseUrl: this.baseUrl,
      // Lists of values are written as `ids=a,b`.
      querySerializer: { array: { style: 'form', explode: false } },
      fetch: async (request) => {
        const response = await this.transport.sendAsUser(request);
        if (!response.ok) throw await refusalOf(response);
        return response;
      },
    });
    client.use({
      onRequest: ({ request, schemaPath }) => {
        const publishes = request.method === 'POST' && Object.hasOwn(PUBLISHING, schemaPath);
        if (publishes && !request.headers.has(IDEMPOTENCY_KEY))
          request.headers.set(IDEMPOTENCY_KEY, newKey());
      },
    });
    // What openapi-fetch answers without an error has data: the rest is thrown above.
    this.GET = client.GET as Call<'get'>;
    this.POST = client.POST as Call<'post'>;
    this.PUT = client.PUT as Call<'put'>;
    this.PATCH = client.PATCH as Call<'patch'>;
    this.DELETE = client.DELETE as Call<'delete'>;
  }

  /** Makes an account, and goes on as its user. */
  register(registration: Registration): Promise<User> {
    return this.begin('/v1/auth/register', registration);
  }

  /** Goes on as this user. */
  login(credentials: Credentials): Promise<User> {
    return this.begin('/v1/auth/login', credentials);
  }

  /** Goes on as nobody; the session ends here first, and then at Posterr. */
  async logout(): Promise<void> {
    const session = await this.sessions.end();
    if (session) await this.ask('/v1/auth/logout', { refreshToken: session.refreshToken }, true);
  }

  /** The pages of a list, from the first one, or from `query.cursor`, to its end. */
  async *pages<Path extends ListPath>(
    path: Path,
    ...[init]: ListInit<Path>
  ): AsyncGenerator<PageOf<Path>, void> {
    const get = this.GET as unknown as AnyListCall;
    let query: { cursor?: string } = { ...init?.params?.query };
    for (;;) {
      const { data } = await get(path, { ...init, params: { ...init?.params, query } });
      yield data as PageOf<Path>;
      if (data.page.next === undefined) return;
      query = { ...query, cursor: data.page.next };
    }
  }

  /** Everything in a list, in its order; asks for the next page when it is needed. */
  async *items<Path extends ListPath>(
    path: Path,
    ...init: ListInit<Path>
  ): AsyncGenerator<ItemOf<Path>, void> {
    for await (const { items } of this.pages(path, ...init) as AsyncIterable<{ items: ItemOf<Path>[] }>)
      yield* items;
  }

  /** What happens in the timeline of whoever is logged in, and their notifications, as it happens. */
  stream(options?: StreamOptions): AsyncGenerator<StreamEvent, void> {
    return streamEvents(
      (request, init) => this.transport.withToken(request, init),
      `${this.baseUrl}/v1/stream`,
      options,
    );
  }

  /** Everybody's posts, as they are published. */
  publicStream(options?: StreamOptions): AsyncGenerator<StreamEvent, void> {
    return streamEvents(this.fetch, `${this.baseUrl}/v1/streams/public`, options);
  }

  private async begin(path: string, body: Registration | Credentials): Promise<User> {
    const { user, tokens } = (await this.ask(path, body, false)) as components['schemas']['SessionView'];
    await this.sessions.begin(tokens);
    return user;
  }

  /** As nobody. */
  private async ask(path: string, body: object, repeatable: boolean): Promise<unknown> {
    const request = new Request(`${this.baseUrl}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const response = await this.transport.send(request, repeatable);
    if (!response.ok) throw await refusalOf(response);
    return response.status === 204 ? undefined : response.json();
  }
}

/** Not `randomUUID`, which browsers have on https and on localhost only. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join('-');
}
