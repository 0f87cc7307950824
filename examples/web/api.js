// What this app asks of Posterr, each by its name. Everything else is in http.js (how) and session.js (as whom).

import { open, send, sendOnce } from './http.js';
import { accessToken, renewed } from './session.js';

/** As whoever is logged in. A token that has gone bad before its time is replaced once. */
async function asUser(request, method, path, options) {
  const token = await accessToken();
  try {
    return await request(method, path, { ...options, token });
  } catch (problem) {
    if (problem.code !== 'invalid-token' || !token) throw problem;
    return request(method, path, { ...options, token: await renewed(token) });
  }
}

const get = async (path, query, options) => (await asUser(send, 'GET', path, { query, ...options })).data;
const put = async (path, body) => (await asUser(send, 'PUT', path, { body })).data;
const name = encodeURIComponent;

/** A list of Posterr: `(query) => page`. `query` has `limit`, `cursor`, `since` and `until`, all optional. */
const list = (path, filters) => (query, options) => get(path, { ...filters, ...query }, options);

export const everybodysPosts = list('/v1/timelines/all');
export const followedPosts = list('/v1/timelines/following');
export const postsOf = (username, view) => list(`/v1/users/${name(username)}/posts`, { view });
export const repliesTo = (id) => list(`/v1/posts/${id}/replies`);
export const quotesOf = (id) => list(`/v1/posts/${id}/quotes`);
export const repostsOf = (id) => list(`/v1/posts/${id}/reposts`);
export const users = list('/v1/users');
export const followersOf = (username) => list(`/v1/users/${name(username)}/followers`);
export const followedBy = (username) => list(`/v1/users/${name(username)}/following`);
export const foundPosts = (q) => list('/v1/search/posts', { q });
export const foundUsers = (q) => list('/v1/search/users', { q });
/** Its pages also have `unreadCount`. */
export const notifications = (types) => list('/v1/me/notifications', { types });

export const user = (username) => get(`/v1/users/${name(username)}`);
export const post = (id) => get(`/v1/posts/${id}`);

/** These answer `{following, followedBy}`. */
export const follow = (username) => put(`/v1/me/following/${name(username)}`);
export const unfollow = async (username) =>
  (await asUser(send, 'DELETE', `/v1/me/following/${name(username)}`)).data;

/** How many posts are left today, or undefined where there is no limit. */
export const postsLeft = async () => (await get('/v1/me/quota')).remaining;

export const publish = (text) => publishAt('/v1/posts', text);
export const reply = (id, text) => publishAt(`/v1/posts/${id}/replies`, text);
export const quote = (id, text) => publishAt(`/v1/posts/${id}/quotes`, text);

/** `{post, left}`: the answer's RateLimit header also tells how many posts are left today, so nobody has to ask. */
async function publishAt(path, text) {
  const { data, headers } = await asUser(sendOnce, 'POST', path, { body: { text } });
  return { post: data, left: postsLeftIn(headers) };
}

/** A PUT can be sent again as it is: the second one is the same repost. */
export async function repost(id) {
  const { data, headers } = await asUser(send, 'PUT', `/v1/posts/${id}/repost`);
  return { post: data, left: postsLeftIn(headers) };
}

/** From `RateLimit: "default";r=299;t=60, "posts";r=4;t=3600`. */
function postsLeftIn(headers) {
  const left = /"posts";r=(\d+)/.exec(headers.get('RateLimit') ?? '')?.[1];
  return left === undefined ? undefined : Number(left);
}

/** Everything up to this notification is read. */
export const markRead = (id) => put('/v1/me/notifications/marker', { lastReadId: id });

/** Server-sent events, to be read by stream.js: everybody's posts, or what concerns the reader. */
export const publicStream = (options) => open('GET', '/v1/streams/public', options);
export const ownStream = (options) => asUser(open, 'GET', '/v1/stream', options);
