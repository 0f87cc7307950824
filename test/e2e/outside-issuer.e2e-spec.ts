import { Client, type ProblemBody, type UserBody } from '../support/client.js';
import { OidcTestIssuer } from '../support/oidc-issuer.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

stories('where an outside issuer keeps the accounts', () => {
  let issuer: OidcTestIssuer;
  let world: World;

  beforeAll(async () => {
    issuer = await OidcTestIssuer.start();
    world = await World.start({
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: OidcTestIssuer.audience,
      ADMIN_USERNAMES: 'root',
    });
  });
  afterAll(async () => {
    await world.stop();
    await issuer.stop();
  });

  const as = async (claims: Record<string, unknown>): Promise<Client> => {
    const accessToken = await issuer.token(claims);
    return new Client(world.url, undefined, {
      accessToken,
      refreshToken: '',
      expiresIn: 300,
      tokenType: 'Bearer',
    });
  };

  it('its people are users from the first request on', async () => {
    const claims = { sub: 'ada|1', preferred_username: 'ada.lovelace@example.org', name: 'Ada Lovelace' };
    const ada = await as(claims);
    const [first, again] = await Promise.all([
      ada.get<UserBody>('/v1/me'),
      (await as(claims)).get<UserBody>('/v1/me'),
    ]);
    expect(first.body).toMatchObject({ username: 'adalovelace', displayName: 'Ada Lovelace' });
    expect(again.body.id).toBe(first.body.id);
    const other = await as({ ...claims, sub: 'ada|2' });
    expect((await other.get<UserBody>('/v1/me')).body.username).toBe('adalovelace2');
    expect(await ada.publish('hello')).toMatchObject({ author: { id: first.body.id } });
    const root = await as({ sub: 'root', preferred_username: 'root' });
    const { id } = await ada.publish('to be hidden');
    expect((await root.put(`/v1/admin/posts/${id}/hidden`)).status).toBe(204);
  });

  it('tokens of others, for others, or too old are refused', async () => {
    const good = { sub: 'bob', preferred_username: 'bob' };
    for (const bad of [{ aud: 'another' }, { iss: 'https://another.example' }, { exp: 1 }]) {
      expect([bad, (await (await as({ ...good, ...bad })).get('/v1/me')).status]).toEqual([bad, 401]);
    }
  });

  it('there are no accounts and no keys of our own', async () => {
    const nobody = world.anonymous();
    const body = { username: 'ada', password: 'correct horse', refreshToken: 'x' };
    for (const route of ['register', 'login', 'refresh', 'logout']) {
      const answer = await nobody.post<ProblemBody>(`/v1/auth/${route}`, body);
      expect([route, answer.status, answer.body.code]).toEqual([route, 404, 'not-found']);
    }
    expect((await nobody.get('/.well-known/jwks.json')).body).toEqual({ keys: [] });
  });
});
