import { PosterrProblem, type Refusal, refusalOf } from './problem.js';
import type { TokenSource } from './session.js';
import { passed } from './time.js';

/**
 * The signal counts for all of the answer. It is said beside the request, because that of a request is forgotten when the request
 * is: Node's garbage collector then leaves a body that nothing ends.
 */
export type Fetch = (request: Request, init: { readonly signal: AbortSignal }) => Promise<Response>;

export interface TransportOptions {
  readonly fetch: Fetch;
  /** How often a request is sent again at most. */
  readonly retries: number;
  /** Who would have to wait longer before the next attempt is told of the refusal instead, in seconds. */
  readonly longestWait: number;
  /** How long one attempt may take, in seconds. */
  readonly timeout: number;
}

const FIRST_BACKOFF = 200;
const LONGEST_BACKOFF = 5_000;
const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
/** Said of what the server, or a proxy before it, cannot do at the moment. */
const PASSING = new Set([502, 503, 504]);
export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/** Sends requests until they are answered for good: what may be sent again is, and a worn token is replaced. */
export class Transport {
  constructor(
    private readonly tokens: TokenSource,
    private readonly options: TransportOptions,
  ) {}

  /** As nobody. `repeatable`: sending it twice does what sending it once does. */
  async send(request: Request, repeatable = isRepeatable(request)): Promise<Response> {
    return this.repeat(request, repeatable, this.options.fetch);
  }

  /** As whoever is logged in. */
  async sendAsUser(request: Request): Promise<Response> {
    return this.repeat(request, isRepeatable(request), (attempt, init) => this.withToken(attempt, init));
  }

  /** As whoever is logged in, once, and for as long as the answer takes. */
  async withToken(request: Request, init: Parameters<Fetch>[1]): Promise<Response> {
    const token = await this.tokens.current();
    if (token === undefined) return this.options.fetch(request, init);
    const again = request.clone();
    const response = await this.options.fetch(bearing(token, request), init);
    if (response.status !== 401 || !isProblem(await refusalOf(response), 'invalid-token')) return response;
    const other = await this.tokens.renewed(token);
    return other === undefined ? response : this.options.fetch(bearing(other, again), init);
  }

  private async repeat(request: Request, repeatable: boolean, attempt: Fetch): Promise<Response> {
    for (let sent = 0; ; sent += 1) {
      const last = sent === this.options.retries;
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(this.options.timeout * 1_000)]);
      let wait: number | undefined;
      try {
        const response = await attempt(last ? request : request.clone(), { signal });
        if (response.ok || last) return response;
        wait = waitAfter(await refusalOf(response), repeatable, sent);
        if (wait === undefined || wait > this.options.longestWait * 1_000) return response;
        await response.body?.cancel();
      } catch (error) {
        // Nobody knows whether it arrived.
        if (last || !repeatable || request.signal.aborted || !isFailureOfNetwork(error)) throw error;
        wait = backoff(sent);
      }
      await passed(wait, request.signal);
    }
  }
}

/** Milliseconds until the request may be sent again; undefined: it may not. */
function waitAfter(refusal: Refusal, repeatable: boolean, sent: number): number | undefined {
  const passing = PASSING.has(refusal.status) || isProblem(refusal, 'idempotency-key-in-use');
  // Who sends too much is refused before anything is done, so that anything may be sent again.
  if (!isProblem(refusal, 'rate-limited') && !(repeatable && passing)) return undefined;
  return refusal.retryAfter === undefined ? backoff(sent) : refusal.retryAfter * 1_000;
}

function isRepeatable(request: Request): boolean {
  return REPEATABLE.has(request.method) || request.headers.has(IDEMPOTENCY_KEY);
}

function isProblem(refusal: Refusal, code: PosterrProblem['code']): boolean {
  return refusal instanceof PosterrProblem && refusal.code === code;
}

/** The rest are mistakes of programs. By its name, because it may come from another realm. */
export function isFailureOfNetwork(error: unknown): boolean {
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  return name === 'TypeError' || name === 'TimeoutError';
}

function bearing(token: string, request: Request): Request {
  request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}

function backoff(sent: number): number {
  return Math.min(FIRST_BACKOFF * 2 ** sent, LONGEST_BACKOFF) * (0.5 + Math.random() / 2);
}
