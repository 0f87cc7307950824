// Who is logged in, in all tabs of this browser, and their tokens.
//
// An access token is good for 15 minutes. It is renewed by a refresh token, which is good once: using it again ends the
// session, because that is what a thief would do. So the tabs, which share the session, must take turns: the Web Locks
// API sees to it, and who had to wait finds that another tab has brought new tokens.

import { Problem, send } from './http.js';

const STORED = 'posterr-session';
const RENEW_BEFORE_MS = 5_000;
const CHANGED = 'session-changed';
const events = new EventTarget();
let renewing;

/** The user who is logged in, or undefined. */
export function currentUser() {
  return stored()?.user;
}

/** The listener is told whether the session has `ended` by itself: its refresh token is not good any more. */
export function onSessionChange(listener) {
  events.addEventListener(CHANGED, ({ detail }) => listener(detail));
}

export const register = (details) => begin('/v1/auth/register', details);
export const login = (details) => begin('/v1/auth/login', details);

async function begin(path, details) {
  const { data } = await send('POST', path, { body: details });
  store({ user: data.user, ...lifetime(data.tokens) });
}

/** Ends the session here at once, and at Posterr when it can be reached: else its tokens end by themselves. */
export async function logout() {
  const { refreshToken } = stored();
  store(undefined);
  await send('POST', '/v1/auth/logout', { body: { refreshToken } });
}

/** An access token that is still good, or undefined when nobody is logged in. */
export async function accessToken() {
  const session = stored();
  if (!session) return undefined;
  return Date.now() < session.expiresAt - RENEW_BEFORE_MS
    ? session.accessToken
    : renewed(session.accessToken);
}

/** An access token that is another one than `worn`, or undefined when the session has ended. */
export function renewed(worn) {
  renewing ??= inTurn(() => renew(worn)).finally(() => (renewing = undefined));
  return renewing;
}

async function renew(worn) {
  const session = stored();
  // Another tab was faster, or logged out.
  if (session?.accessToken !== worn) return session?.accessToken;
  try {
    const { data } = await send('POST', '/v1/auth/refresh', { body: { refreshToken: session.refreshToken } });
    store({ user: session.user, ...lifetime(data.tokens) });
    return data.tokens.accessToken;
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
    store(undefined, { ended: true });
    return undefined;
  }
}

/** One tab after the other. Browsers have locks on https and on localhost only; elsewhere each tab is on its own. */
function inTurn(task) {
  return navigator.locks ? navigator.locks.request(STORED, task) : task();
}

function lifetime({ accessToken, refreshToken, expiresIn }) {
  return { accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1_000 };
}

function stored() {
  return JSON.parse(localStorage.getItem(STORED)) ?? undefined;
}

function store(session, { ended } = {}) {
  const before = currentUser()?.id;
  if (session) localStorage.setItem(STORED, JSON.stringify(session));
  else localStorage.removeItem(STORED);
  if (session?.user.id !== before) tellChange(ended);
}

function tellChange(ended = false) {
  events.dispatchEvent(new CustomEvent(CHANGED, { detail: { ended } }));
}

// What another tab stores.
addEventListener('storage', ({ key, oldValue, newValue }) => {
  const idIn = (value) => JSON.parse(value)?.user.id;
  if (key === STORED && idIn(oldValue) !== idIn(newValue)) tellChange();
});
