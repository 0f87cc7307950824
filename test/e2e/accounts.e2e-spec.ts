import { Client, PASSWORD, type ProblemBody, type UserBody } from '../support/client.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

interface Session {
  user: UserBody;
  tokens: { accessToken: string; tokenType: string; expiresIn: number; refreshToken: string };
}

stories('accounts', () => {
  let world: World;
  let nobody: Client;

  beforeAll(async () => {
    world = await World.start({ ADMIN_USERNAMES: 'Root' });
    nobody = world.anonymous();
  });
  afterAll(() => world.stop());

  const login = (username: string, password = PASSWORD) =>
    nobody.post<Session>('/v1/auth/login', { username, password });
  const refresh = (refreshToken: string) => nobody.post<Session>('/v1/auth/refresh', { refreshToken });

  it('somebody registers, and is who they say', async () => {
    const body = { username: 'Ada', password: PASSWORD, displayName: ' Ada L. ' };
    const { status, body: session } = await nobody.post<Session>('/v1/auth/register', body);
    expect(status).toBe(201);
    expect(session.user).toMatchObject({
      username: 'Ada',
      displayName: 'Ada L.',
      followersCount: 0,
      postsCount: 0,
    });
    expect(session.tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 900 });
    const ada = new Client(world.url, session.user, session.tokens);
    expect((await ada.get('/v1/me')).body).toMatchObject({ id: session.user.id, username: 'Ada' });
    const day = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });
    expect(session.user.dateJoined).toBe(day.format(new Date(session.user.joinedAt)));
  });

  it('a name has one account, whatever its case', async () => {
    await world.person('Grace');
    const taken = await nobody.post<ProblemBody>('/v1/auth/register', {
      username: 'gRACE',
      password: PASSWORD,
    });
    expect(taken.body).toMatchObject({ status: 409, code: 'username-taken' });
    const many = await Promise.all(
      Array.from({ length: 8 }, () =>
        nobody.post('/v1/auth/register', { username: 'Atonce', password: PASSWORD }),
      ),
    );
    expect(many.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  it.each([
    [{ username: 'no good', password: PASSWORD }, '/username'],
    [{ username: 'abcdefghijklmno', password: PASSWORD }, '/username'],
    [{ username: 'short', password: '1234567' }, '/password'],
    [{ username: 'long', password: 'x'.repeat(129) }, '/password'],
    [{ username: 'nopassword' }, '/password'],
    [{ username: 'display', password: PASSWORD, displayName: '' }, '/displayName'],
    [{ username: 'nullname', password: PASSWORD, displayName: null }, '/displayName'],
    [{ username: 'role', password: PASSWORD, roles: ['admin'] }, '/roles'],
  ])('a registration with a fault is refused: %j', async (body, pointer) => {
    const answer = await nobody.post<ProblemBody>('/v1/auth/register', body);
    expect([answer.status, answer.body.code]).toEqual([422, 'validation-failed']);
    expect(answer.body.errors?.map((fault) => fault.pointer)).toContain(pointer);
  });

  it('logging in needs the password, and tells nothing of who exists', async () => {
    await world.person('Login');
    expect((await login('LOGIN')).status).toBe(200);
    const wrong = await login('Login', 'not the password');
    const unknown = await login('nobody', 'not the password');
    const { requestId: _1, ...first } = wrong.body as unknown as ProblemBody;
    const { requestId: _2, ...second } = unknown.body as unknown as ProblemBody;
    expect(first).toMatchObject({ status: 401, code: 'invalid-credentials' });
    expect(second).toEqual(first);
    for (const { headers } of [wrong, unknown, await refresh('unknown')]) {
      expect(headers.get('www-authenticate')).toBe('Bearer realm="posterr"');
    }
  });

  it('refreshing trades tokens; one used twice ends its session', async () => {
    const { tokens } = await world.person('Fresh');
    const first = await refresh(tokens?.refreshToken ?? '');
    expect([first.status, Object.keys(first.body)]).toEqual([200, ['tokens']]);
    const second = await refresh(first.body.tokens.refreshToken);
    expect(second.status).toBe(200);
    expect((await refresh(first.body.tokens.refreshToken)).status).toBe(401);
    expect((await refresh(second.body.tokens.refreshToken)).status).toBe(401);
    expect((await login('Fresh')).status).toBe(200);
  });

  it('of two refreshes at once one wins, and the session is over', async () => {
    const { tokens } = await world.person('Twice');
    const token = tokens?.refreshToken ?? '';
    const answers = await Promise.all([refresh(token), refresh(token)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    const winner = answers.find(({ status }) => status === 200);
    expect((await refresh(winner?.body.tokens.refreshToken ?? '')).status).toBe(401);
  });

  it('logging out ends the session, again too', async () => {
    const { tokens } = await world.person('Leaver');
    const body = { refreshToken: tokens?.refreshToken };
    expect((await nobody.post('/v1/auth/logout', body)).status).toBe(204);
    expect((await nobody.post('/v1/auth/logout', body)).status).toBe(204);
    expect((await nobody.post('/v1/auth/logout', { refreshToken: 'unknown' })).status).toBe(204);
    expect((await refresh(tokens?.refreshToken ?? '')).status).toBe(401);
  });

  it('a bad token is refused on every route, those that need none too', async () => {
    const { tokens } = await world.person('Token');
    const good = tokens?.accessToken ?? '';
    const [header = '', payload = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    for (const authorization of [
      'Bearer x',
      'Bearer ',
      `Basic ${good}`,
      `Bearer ${good}x`,
      `Bearer ${header}.${payload}.`,
      `Bearer ${none}.${payload}.`,
    ]) {
      for (const path of ['/v1/timelines/all', '/v1/me', '/v1/unknown', '/health/live']) {
        const answer = await nobody.get<ProblemBody>(path, { authorization });
        expect([authorization, path, answer.status, answer.body.code]).toEqual([
          authorization,
          path,
          401,
          'invalid-token',
        ]);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
      }
    }
    const anonymous = await nobody.get<ProblemBody>('/v1/me');
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="posterr"',
    ]);
  });

  it('access tokens are verifiable by the published keys', async () => {
    const { body, headers } = await nobody.get<{ keys: { kid: string; d?: string }[] }>(
      '/.well-known/jwks.json',
    );
    expect(headers.get('cache-control')).toMatch(/^public/);
    const { tokens } = await world.person('Keys');
    const header = JSON.parse(
      Buffer.from(tokens?.accessToken.split('.')[0] ?? '', 'base64url').toString(),
    ) as {
      kid: string;
    };
    expect(body.keys.map(({ kid }) => kid)).toContain(header.kid);
    expect(body.keys.every((key) => !('d' in key))).toBe(true);
  });

  it('an admin hides a post, and nobody else can', async () => {
    const [root, ada, bob] = await Promise.all([
      world.person('root'),
      world.person('author'),
      world.person('quoter'),
    ]);
    const post = await ada.publish('a regrettable whale');
    const quote = await bob.quote(post.id, 'look');
    const reply = await bob.reply(post.id, 'no');
    const repost = await bob.repost(post.id);
    const path = `/v1/admin/posts/${post.id}/hidden`;
    expect((await ada.put<ProblemBody>(path)).body).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await nobody.put(path)).status).toBe(401);
    expect((await root.put(path)).status).toBe(204);
    expect((await root.put(path)).status).toBe(204);

    expect((await ada.get<ProblemBody>(`/v1/posts/${post.id}`)).body).toMatchObject({
      code: 'post-not-found',
    });
    expect((await ada.get(`/v1/posts?ids=${post.id}`)).body).toEqual({ items: [] });
    expect((await ada.page('/v1/search/posts?q=regrettable')).items).toEqual([]);
    expect((await ada.page('/v1/users/author/posts')).items).toEqual([]);
    expect((await ada.get('/v1/me')).body).toMatchObject({ postsCount: 0 });
    for (const [method, of] of [
      ['PUT', 'repost'],
      ['POST', 'quotes'],
      ['POST', 'replies'],
      ['GET', 'replies'],
    ] as const) {
      const body = method === 'POST' ? { body: { text: 'x' } } : {};
      expect([of, (await bob.send(method, `/v1/posts/${post.id}/${of}`, body)).status]).toEqual([of, 404]);
    }
    const hidden = { id: post.id, state: 'hidden' };
    expect((await ada.get(`/v1/posts/${quote.id}`)).body).toMatchObject({ subject: hidden });
    expect((await ada.get(`/v1/posts/${reply.id}`)).body).toMatchObject({ inReplyTo: hidden });
    expect((await ada.get(`/v1/posts/${repost.id}`)).body).toMatchObject({ subject: hidden });
    expect((await ada.page('/v1/users/quoter/posts')).items.map(({ id, subject }) => [id, subject])).toEqual([
      [repost.id, hidden],
      [quote.id, hidden],
    ]);
    expect((await bob.put(`/v1/posts/${repost.id}/repost`)).status).toBe(404);

    expect((await root.delete(path)).status).toBe(204);
    expect((await ada.get(`/v1/posts/${post.id}`)).body).toMatchObject({
      counts: { reposts: 1, quotes: 1, replies: 1 },
    });
    const unknown = '/v1/admin/posts/0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f/hidden';
    expect((await root.put<ProblemBody>(unknown)).body).toMatchObject({
      status: 404,
      code: 'post-not-found',
    });
  });

  it('too many wrong passwords are refused for a while', async () => {
    const limited = await World.start({ RATE_LIMIT_PER_MINUTE: '300' });
    try {
      const statuses: number[] = [];
      let last: Headers | undefined;
      for (let n = 0; n < 12; n += 1) {
        const body = { username: n % 2 ? 'victim' : 'VICTIM', password: 'wrong password' };
        const { status, headers } = await limited.anonymous().post('/v1/auth/login', body);
        statuses.push(status);
        last = headers;
      }
      expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
      expect(Number(last?.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await limited.stop();
    }
  });
});
