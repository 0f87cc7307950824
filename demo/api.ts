import { setTimeout as wait } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly page: { readonly next?: string; readonly hasMore: boolean };
}

export interface PostBody {
  readonly id: string;
  readonly kind: string;
}

export interface UserBody {
  readonly id: string;
  readonly username: string;
  readonly postsCount: number;
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
}

const MOST_TRIES = 6;
const TIMEOUT_MS = 30_000;

/** A Posterr over HTTP, as nobody. Times of overload are waited out. */
export class Api {
  readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/+$/, '');
  }

  /** @throws {DemoError} when nobody answers there */
  async expectReady(): Promise<void> {
    const response = await fetch(`${this.url}/health/ready`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => undefined);
    if (response?.ok) return;
    const fault = response ? `answers /health/ready with ${response.status}` : 'does not answer';
    throw new DemoError(
      `${this.url} ${fault}. Start Posterr first, in another terminal:\n${HOW_TO_START}\nor say where it is with --url.`,
    );
  }

  /** @throws {DemoError} when requests are limited: thousands would be refused */
  async expectNoRateLimit(): Promise<void> {
    const { headers } = await this.response('GET', '/v1/timelines/all?limit=1', {});
    if (!headers.get('ratelimit-policy')?.includes('"default"')) return;
    throw new DemoError(`${this.url} limits requests a minute. Start it without limits:\n${HOW_TO_START}`);
  }

  get<Body>(path: string): Promise<Body> {
    return this.send<Body>('GET', path, {});
  }

  async send<Body>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<Body> {
    const response = await this.response(method, path, headers, body);
    if (response.ok) return (await response.json()) as Body;
    const problem = (await response.json().catch(() => ({}))) as Problem;
    throw new Refused(method, path, response.status, problem);
  }

  private async response(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      const response = await fetch(this.url + path, {
        method,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body && { body: JSON.stringify(body) }),
      }).catch((error: unknown) => {
        throw new DemoError(`${method} ${this.url}${path} got no answer: ${reasonOf(error)}`);
      });
      if (response.status !== 503 || tries === MOST_TRIES) return response;
      await response.body?.cancel();
      await wait(1_000 * Number(response.headers.get('retry-after') ?? tries));
    }
  }
}

export const HOW_TO_START = '  POSTS_PER_DAY=0 RATE_LIMIT_PER_MINUTE=0 npm start';

/** The server said no. */
export class Refused extends DemoError {
  readonly status: number;
  readonly code: string | undefined;

  constructor(method: string, path: string, status: number, { code, detail }: Problem) {
    super(`${method} ${path} was answered with ${status} ${code ?? ''}: ${detail ?? ''}`);
    this.status = status;
    this.code = code;
  }
}

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return String(cause instanceof Error ? cause.message : error);
}
