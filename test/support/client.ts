import { expectDocumented } from './documented.js';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface UserBody {
  id: string;
  username: string;
  displayName?: string;
  bio?: string;
  joinedAt: string;
  dateJoined: string;
  followersCount: number;
  followingCount: number;
  postsCount: number;
  viewer?: { following: boolean; followedBy: boolean };
}

export interface SubjectBody {
  id: string;
  state: 'available' | 'hidden';
  post?: PostBody;
}

export interface PostBody {
  id: string;
  kind: string;
  author: { id: string; username: string; displayName?: string };
  text?: string;
  createdAt: string;
  mentions?: { id: string; username: string }[];
  conversationId?: string;
  subject?: SubjectBody;
  inReplyTo?: SubjectBody;
  counts?: { reposts: number; quotes: number; replies: number };
  viewer?: { reposted: boolean };
}

export interface NotificationBody {
  id: string;
  type: string;
  createdAt: string;
  actor: { id: string; username: string };
  post?: PostBody;
  read: boolean;
}

export interface PageBody<Item> {
  items: Item[];
  page: { next?: string; prev: string; hasMore: boolean };
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance: string;
  requestId: string;
  errors?: { pointer: string; code: string; detail: string }[];
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  tokenType: string;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export const PASSWORD = 'correct horse battery';

/** Talks to a Posterr over HTTP, as one person or as nobody. Every answer is checked against the OpenAPI document. */
export class Client {
  constructor(
    readonly url: string,
    readonly user?: UserBody,
    readonly tokens?: Tokens,
  ) {}

  get username(): string {
    return this.user?.username ?? '';
  }

  async register(username: string, more: { displayName?: string } = {}): Promise<Client> {
    const body = { username, password: PASSWORD, ...more };
    const answer = await this.post<{ user: UserBody; tokens: Tokens }>('/v1/auth/register', body);
    if (answer.status !== 201) throw new Error(`Not registered: ${JSON.stringify(answer.body)}`);
    return new Client(this.url, answer.body.user, answer.body.tokens);
  }

  /** Sends a request and answers what came, whatever the status. */
  async send<Body>(
    method: string,
    path: string,
    { body, headers }: RequestOptions = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.tokens && { authorization: `Bearer ${this.tokens.accessToken}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text;
    expectDocumented(method, path, response.status, response.headers, parsed);
    return { status: response.status, headers: response.headers, body: parsed as Body };
  }

  get<Body>(path: string, headers?: Record<string, string>): Promise<Answer<Body>> {
    return this.send('GET', path, { ...(headers && { headers }) });
  }

  post<Body>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>> {
    return this.send('POST', path, { body, ...(headers && { headers }) });
  }

  put<Body>(path: string, body?: unknown): Promise<Answer<Body>> {
    return this.send('PUT', path, { body });
  }

  patch<Body>(path: string, body: unknown): Promise<Answer<Body>> {
    return this.send('PATCH', path, { body });
  }

  delete<Body>(path: string): Promise<Answer<Body>> {
    return this.send('DELETE', path);
  }

  /** Publishes a post and answers it; anything but success is an error. */
  async publish(text: string): Promise<PostBody> {
    return this.wrote(this.post('/v1/posts', { text }));
  }

  async quote(postId: string, text: string): Promise<PostBody> {
    return this.wrote(this.post(`/v1/posts/${postId}/quotes`, { text }));
  }

  async reply(postId: string, text: string): Promise<PostBody> {
    return this.wrote(this.post(`/v1/posts/${postId}/replies`, { text }));
  }

  async repost(postId: string): Promise<PostBody> {
    return this.wrote(this.put(`/v1/posts/${postId}/repost`));
  }

  async follow(username: string): Promise<void> {
    const { status, body } = await this.put(`/v1/me/following/${username}`);
    if (status !== 200) throw new Error(`Not followed: ${JSON.stringify(body)}`);
  }

  async unfollow(username: string): Promise<void> {
    const { status, body } = await this.delete(`/v1/me/following/${username}`);
    if (status !== 200) throw new Error(`Not unfollowed: ${JSON.stringify(body)}`);
  }

  /** One page of a list; anything but 200 is an error. `path` may have a query. */
  async page<Item = PostBody>(path: string, cursor?: string): Promise<PageBody<Item>> {
    const separator = path.includes('?') ? '&' : '?';
    const { status, body } = await this.get<PageBody<Item>>(
      cursor === undefined ? path : `${path}${separator}cursor=${cursor}`,
    );
    if (status !== 200) throw new Error(`No page: ${JSON.stringify(body)}`);
    return body;
  }

  /** All items of a list by walking `next` to its end. */
  async walk<Item = PostBody>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    let page = await this.page<Item>(path);
    items.push(...page.items);
    while (page.page.next !== undefined) {
      page = await this.page<Item>(path, page.page.next);
      items.push(...page.items);
    }
    return items;
  }

  private async wrote(sent: Promise<Answer<PostBody>>): Promise<PostBody> {
    const { status, body } = await sent;
    if (status !== 201 && status !== 200) throw new Error(`Not published: ${JSON.stringify(body)}`);
    return body;
  }
}
