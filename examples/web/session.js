// Who is logged in, in all tabs of this browser, and their tokens.
//
// An access token is good for 15 minutes. It is renewed by a refresh token, which is good once: using it again ends the
// session, because that is what a thief would do. So the tabs, which share the session, must take turns: the Web Locks
// API sees to it, and who had to wait finds that another tab has brought new tokens.

import { Problem, send } from './http.js';
import { onWritten, read, write } from './store.js';

const LOCK = 'posterr-session';
const RENEW_BEFORE_MS = 5_000;
const CHANGED = 'changed';
const events = new EventTarget();

/** What this tab knows of it: `{user, accessToken, refreshToken, expiresAt}`. Another tab may have renewed the tokens. */
let session = await read();
let renewing;

/** The user who is logged in, or undefined. */
export function currentUser() {
  return session?.user;
}

/** Tells when another user is logged in, or none; `ended`: Posterr does not know the session any more. */
export function onSessionChange(listener) {
  events.addEventListener(CHANGED, ({ detail }) => listener(detail));
}

export const register = (details) => begin('/v1/auth/register', details);
export const login = (details) => begin('/v1/auth/login', details);

async function begin(path, details) {
  const { data } = await send('POST', path, { body: details });
  await inTurn(() => write({ user: data.user, ...lifetime(data.tokens) }));
  await know();
}

/** Ends the session here at once, and at Posterr when it can be reached: else its tokens end by themselves. */
export async function logout() {
  const last = await inTurn(async () => {
    const known = await read();
    await write(undefined);
    return known;
  });
  await know();
  if (last) await send('POST', '/v1/auth/logout', { body: { refreshToken: last.refreshToken } });
}

/** An access token that is still good, or undefined when nobody is logged in. */
export async function accessToken() {
  if (!session) return undefined;
  const { accessToken, expiresAt } = session;
  return Date.now() < expiresAt - RENEW_BEFORE_MS ? accessToken : renewed(accessToken);
}

/** An access token that is another one than `worn`, or undefined when the session has ended. */
export async function renewed(worn) {
  renewing ??= inTurn(() => renew(worn)).finally(() => (renewing = undefined));
  const ended = await renewing;
  await know({ ended });
  return session?.accessToken;
}

/** Answers whether Posterr has ended the session. */
async function renew(worn) {
  const { user, accessToken, refreshToken } = (await read()) ?? {};
  // Another tab was faster, or has logged out.
  if (accessToken !== worn) return false;
  try {
    const { data } = await send('POST', '/v1/auth/refresh', { body: { refreshToken } });
    await write({ user, ...lifetime(data.tokens) });
    return false;
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
    await write(undefined);
    return true;
  }
}

/** One tab after the other. Browsers have locks on https and on localhost only; elsewhere each tab is on its own. */
function inTurn(task) {
  return navigator.locks ? navigator.locks.request(LOCK, task) : task();
}

function lifetime({ accessToken, refreshToken, expiresIn }) {
  return { accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1_000 };
}

async function know({ ended = false } = {}) {
  const present = await read();
  // Only now: of several that are told at once, the first tells on.
  const before = session?.user.id;
  session = present;
  if (session?.user.id !== before) events.dispatchEvent(new CustomEvent(CHANGED, { detail: { ended } }));
}

onWritten(() => void know());
