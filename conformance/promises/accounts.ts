import assert from 'node:assert/strict';
import { createPublicKey, verify, type webcrypto } from 'node:crypto';
import {
  type Client,
  good,
  type PostBody,
  problem,
  type Session,
  type Tokens,
  type UserBody,
} from '../client.ts';
import { stories } from '../story.ts';

const add = stories('4. Endpoints');
export const ACCOUNTS = add.all;

add(
  'POST auth/register: 201 {user, tokens}; auth/login: 200 {user, tokens}, 401 invalid-credentials; GET me is who the token says',
  'registering, logging in with another case and a wrong password; the same refusal for a name that nobody has',
  async (people) => {
    const { client, password, session } = await people.join({ displayName: ' Ada L. ' });
    assert.deepEqual(
      [session.user.displayName, session.tokens.tokenType, session.user.postsCount],
      ['Ada L.', 'Bearer', 0],
    );
    assert.equal((await client.read<UserBody>('/v1/me')).id, client.id);
    const login = (username: string, secret: string): ReturnType<Client['post']> =>
      people.nobody.post('/v1/auth/login', { username, password: secret });
    const again = good<Session>(await login(client.username.toUpperCase(), password), 200);
    assert.equal(again.user.id, client.id);
    const { requestId: _1, ...wrong } = problem(
      await login(client.username, `${password}x`),
      401,
      'invalid-credentials',
    );
    const { requestId: _2, ...unknown } = problem(
      await login(people.name(), password),
      401,
      'invalid-credentials',
    );
    assert.deepEqual(wrong, unknown);
  },
);

add(
  'Registration is refused with a pointer: password 8 to 128, displayName 1 to 50, no other fields',
  'bodies with one fault each, and the boundaries that are good',
  async (people) => {
    for (const [more, pointer] of [
      [{ password: '1234567' }, '/password'],
      [{ password: 'x'.repeat(129) }, '/password'],
      [{ password: 12345678 }, '/password'],
      [{ displayName: '' }, '/displayName'],
      [{ displayName: 'x'.repeat(51) }, '/displayName'],
      [{ displayName: null }, '/displayName'],
      [{ roles: ['admin'] }, '/roles'],
      [{ id: 'x' }, '/id'],
    ] as const) {
      const body = { username: people.name(), password: 'correct horse', ...more };
      const { errors } = problem(
        await people.nobody.post('/v1/auth/register', body),
        422,
        'validation-failed',
      );
      assert.ok(
        errors?.some((one) => one.pointer === pointer),
        `${pointer} in ${JSON.stringify(errors)}`,
      );
    }
    const { session } = await people.join({ password: '\u{1f600}'.repeat(8), displayName: 'x'.repeat(50) });
    assert.equal(session.user.displayName?.length, 50);
  },
);

add(
  'POST auth/refresh: a token used twice, at once or later, ends its whole family; auth/logout: 204, again too',
  'a chain of refreshes with one used again, two at once, and a session that is left twice',
  async (people) => {
    const refresh = (refreshToken: string): ReturnType<Client['post']> =>
      people.nobody.post('/v1/auth/refresh', { refreshToken });
    const next = async (token: string): Promise<string> =>
      good<{ tokens: Tokens }>(await refresh(token), 200).tokens.refreshToken;
    const chain = [(await people.person()).refreshToken];
    for (const _ of [1, 2]) chain.push(await next(chain.at(-1) ?? ''));
    for (const used of [chain[0], chain[2]]) problem(await refresh(used ?? ''), 401, 'invalid-refresh-token');
    const { refreshToken } = await people.person();
    const both = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 401]);
    const winner = both.find(({ status }) => status === 200)?.json as { tokens: Tokens };
    problem(await refresh(winner.tokens.refreshToken), 401, 'invalid-refresh-token');
    const leaver = await people.person();
    for (const _ of [1, 2])
      good(await people.nobody.post('/v1/auth/logout', { refreshToken: leaver.refreshToken }), 204);
    problem(await refresh(leaver.refreshToken), 401, 'invalid-refresh-token');
  },
);

add(
  'A bad token is 401 on every route, those with optional authentication too, with WWW-Authenticate',
  'tokens that are cut, altered, unsigned, of another scheme; on routes with, with optional and without authentication',
  async (people) => {
    const token = (await (await people.person()).accessToken()) ?? '';
    const [header = '', payload = '', signature = ''] = token.split('.');
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    const other = Buffer.from(
      JSON.stringify({ ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), sub: 'x' }),
    ).toString('base64url');
    const bad = [
      'Bearer x',
      'Bearer',
      `Basic ${token}`,
      token,
      `Bearer ${token}x`,
      `Bearer ${header}.${payload}.`,
      `Bearer ${none}.${payload}.`,
      `Bearer ${header}.${other}.${signature}`,
    ];
    for (const authorization of bad) {
      for (const path of ['/v1/timelines/all', '/v1/me', '/v1/nothing-here']) {
        const answer = await people.nobody.get(path, { authorization });
        problem(answer, 401, 'invalid-token');
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/);
      }
    }
    for (const path of ['/v1/me', '/v1/timelines/following', '/v1/me/notifications', '/v1/me/quota']) {
      problem(await people.nobody.get(path), 401, 'invalid-token');
    }
  },
);

add(
  'Access tokens are JWTs signed with a rotating key published as JWKS',
  'the signature of a token by the key that it names; no key is private',
  async (people) => {
    const token = (await (await people.person()).accessToken()) ?? '';
    const [header = '', payload = '', signature = ''] = token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const { keys } = await people.nobody.read<{ keys: (webcrypto.JsonWebKey & { kid: string })[] }>(
      '/.well-known/jwks.json',
    );
    const key = keys.find((one) => one.kid === kid);
    assert.ok(key, 'the key of the token is published');
    assert.ok(
      keys.every((one) => !('d' in one)),
      'no key is private',
    );
    const publicKey = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
    assert.ok(
      verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url')),
    );
  },
);

add(
  'PATCH me: 200 User; a new name is at once everywhere, the old one answers 404; 409 username-taken',
  'a new name in posts, mentions and lists; a name that is taken; faults of each field',
  async (people) => {
    const [ada, bob] = await people.people(2, 2);
    assert.ok(ada && bob);
    const post = await bob.publish(`hello @${ada.username}`);
    const own = await ada.publish('mine');
    const name = people.name();
    const changed = good<UserBody>(
      await ada.patch('/v1/me', { username: name, bio: ' Notes\r\nand more ', displayName: 'A' }),
      200,
    );
    assert.deepEqual([changed.username, changed.bio, changed.displayName], [name, 'Notes\nand more', 'A']);
    problem(await bob.get(`/v1/users/${ada.username}`), 404, 'user-not-found');
    assert.equal((await bob.read<UserBody>(`/v1/users/${name.toUpperCase()}`)).id, ada.id);
    assert.deepEqual((await bob.read<PostBody>(`/v1/posts/${post.id}`)).mentions, [
      { id: ada.id, username: name },
    ]);
    assert.equal((await people.nobody.read<PostBody>(`/v1/posts/${own.id}`)).author.username, name);
    problem(await bob.patch('/v1/me', { username: name.toUpperCase() }), 409, 'username-taken');
    assert.ok(!('bio' in good<object>(await ada.patch('/v1/me', { bio: '' }), 200)));
    for (const [bad, pointer] of [
      [{ username: 'a b' }, '/username'],
      [{ bio: 'x'.repeat(161) }, '/bio'],
      [{ bio: null }, '/bio'],
      [{ displayName: '' }, '/displayName'],
      [{ id: 'x' }, '/id'],
    ] as const) {
      const { errors } = problem(await ada.patch('/v1/me', bad), 422, 'validation-failed');
      assert.deepEqual(
        errors?.map((one) => one.pointer),
        [pointer],
      );
    }
  },
);

add(
  'GET users/{username}: viewer {following, followedBy} only when the request is authenticated; 404 user-not-found',
  'how two people stand to each other, as each of them and nobody sees it; a name that cannot be',
  async (people) => {
    const [ada, bob] = await people.people(2);
    assert.ok(ada && bob);
    await ada.follow(bob);
    const viewer = async (reader: Client, of: Client): Promise<unknown> =>
      (await reader.read<UserBody>(`/v1/users/${of.username}`)).viewer;
    assert.deepEqual(await viewer(ada, bob), { following: true, followedBy: false });
    assert.deepEqual(await viewer(bob, ada), { following: false, followedBy: true });
    assert.equal(await viewer(people.nobody, bob), undefined);
    for (const name of ['no-such-user', '%00', people.name()])
      problem(await ada.get(`/v1/users/${name}`), 404, 'user-not-found');
  },
);

add(
  'GET posts?ids=a,b up to 100: 200 {items} in the order asked, unknown ones left out; 400: none, over 100 or a malformed one',
  'several at once, one twice, in upper case, unknown ones, 100 and 101 of them',
  async (people) => {
    const [one, two] = [await people.publish('one'), await people.publish('two')];
    const unknown = '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f';
    const ids = async (asked: string): Promise<string[]> =>
      (await people.nobody.read<{ items: PostBody[] }>(`/v1/posts?ids=${asked}`)).items.map(({ id }) => id);
    assert.deepEqual(await ids(`${two.id},${unknown},${one.id}`), [two.id, one.id]);
    assert.deepEqual(await ids(one.id.toUpperCase()), [one.id]);
    assert.deepEqual(await ids(Array<string>(99).fill(unknown).concat(one.id).join()), [one.id]);
    for (const bad of [
      '',
      '?ids=',
      '?ids=x',
      `?ids=${one.id},`,
      `?ids=${Array(101).fill(unknown).join()}`,
      '?ids[$ne]=x',
    ]) {
      problem(await people.nobody.get(`/v1/posts${bad}`), 400, 'invalid-parameter');
    }
  },
);

add(
  'The actor is always the bearer of the access token; nothing in a body or a query can name another',
  'other names in bodies and queries of writes',
  async (people) => {
    const [ada, bob] = await people.people(2, 1);
    assert.ok(ada && bob);
    for (const more of [
      { author: bob.id },
      { authorId: bob.id },
      { userId: bob.id },
      { username: bob.username },
    ]) {
      problem(await ada.post('/v1/posts', { text: 'x', ...more }), 422, 'validation-failed');
    }
    const post = good<PostBody>(
      await ada.post(`/v1/posts?author=${bob.id}&userId=${bob.id}`, { text: 'x' }),
      201,
    );
    assert.equal(post.author.id, ada.id);
  },
);
