// One request to Posterr. Knows nothing of who is logged in: session.js and api.js do.

/** Without a slash at the end. Where index.html names none, it is what serves this page at /app. */
const API = (
  document.querySelector('meta[name="posterr-api"]').content || new URL('..', location.href).href
).replace(/\/$/, '');

/** What Posterr refuses: a problem document (RFC 9457). Programs decide by `code`, people read `message`. */
export class Problem extends Error {
  constructor(problem, headers = new Headers()) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    /** Which field breaks which rule: `{pointer: '/text', detail}`. */
    this.errors = problem.errors ?? [];
    this.retryAfter = Number(headers.get('Retry-After')) || undefined;
  }
}

const UNREACHABLE = { code: 'unreachable', detail: 'Posterr cannot be reached. Are you online?', status: 0 };
const UNREADABLE = { code: 'unreadable', detail: 'What came back is not from Posterr.', status: 0 };

/** The response, whose body is still to be read. Throws a Problem for everything but success. */
export async function open(method, path, { query = {}, body, token, headers = {}, ...options } = {}) {
  const url = new URL(API + path);
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  const response = await fetch(url, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    ...options,
  }).catch((error) => {
    throw error.name === 'AbortError' ? error : new Problem(UNREACHABLE);
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ ...UNREADABLE, status: response.status }));
  throw new Problem(problem, response.headers);
}

/** What the answer says: `{data, headers}`. */
export async function send(method, path, options) {
  const response = await open(method, path, options);
  const text = await response.text();
  return { data: text && JSON.parse(text), headers: response.headers };
}

/**
 * For what must not happen twice: it is sent again, under the same Idempotency-Key, when nobody knows whether it
 * arrived, and Posterr answers the second time what it answered the first time.
 */
export async function sendOnce(method, path, options) {
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join('-');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(method, path, { ...options, headers: { 'Idempotency-Key': key } });
    } catch (problem) {
      const isUncertain = ['unreachable', 'service-unavailable', 'idempotency-key-in-use'].includes(
        problem.code,
      );
      if (!isUncertain || attempt === 3) throw problem;
      await wait((problem.retryAfter ?? attempt) * 1_000);
    }
  }
}

/** Resolves after a time, or at once when `signal` says that nobody waits any more. */
export function wait(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
