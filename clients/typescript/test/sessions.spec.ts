import type { PosterrClient, SessionStore } from '../src/main.js';
import { Drawer, PASSWORD, rejection, World } from './world.js';

const REFRESH = 'POST /v1/auth/refresh';

describe('sessions', () => {
  let world: World;
  let drawer: Drawer;
  let client: PosterrClient;
  let username: string;

  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(async () => {
    drawer = new Drawer();
    ({ client, username } = await world.person({ sessions: drawer }));
    world.front.forget();
  });
  afterAll(() => world.stop());

  const me = async (as: PosterrClient): Promise<string> => (await as.GET('/v1/me')).data.username;

  it('go on in the next start of a program', async () => {
    expect(await me(world.client({ sessions: drawer }))).toBe(username);
    expect(drawer.session?.expiresAt).toBeGreaterThan(Date.now() + 800_000);
  });

  it.each(['expire', 'spoil'] as const)('are renewed once for many requests at once (%s)', async (what) => {
    drawer[what]();
    const names = await Promise.all(Array.from({ length: 50 }, () => me(client)));
    expect(new Set(names)).toEqual(new Set([username]));
    expect(world.front.count(REFRESH)).toBe(1);
    expect(drawer.saved).toHaveLength(2);
    drawer[what]();
    expect(await me(client)).toBe(username);
    expect(world.front.count(REFRESH)).toBe(2);
  });

  it('are renewed once by two clients that share them and take turns', async () => {
    let turn: Promise<unknown> = Promise.resolve();
    const shared: SessionStore = {
      load: () => drawer.load(),
      save: (session) => drawer.save(session),
      inTurn: (task) => {
        const done = turn.then(task, task);
        turn = done;
        return done;
      },
    };
    const tabs = [world.client({ sessions: shared }), world.client({ sessions: shared })];
    drawer.expire();
    expect(await Promise.all(tabs.map(me))).toEqual([username, username]);
    expect(world.front.count(REFRESH)).toBe(1);
  });

  it('survive a refresh that did not arrive', async () => {
    drawer.expire();
    world.front.faults.set('/v1/auth/refresh', ['lost', { status: 503, headers: { 'Retry-After': '1' } }]);
    expect(await me(client)).toBe(username);
    expect(world.front.count(REFRESH)).toBe(3);
  });

  it('end when Posterr knows them no more, and say so', async () => {
    const { session } = drawer;
    await client.logout();
    expect(drawer.session).toBeUndefined();
    expect(await rejection(client.GET('/v1/me'))).toMatchObject({ code: 'invalid-token' });

    drawer.session = session;
    drawer.expire();
    // Never as nobody: who is logged in does not see what others would see.
    expect(await rejection(client.GET('/v1/timelines/all'))).toMatchObject({ code: 'invalid-refresh-token' });
    expect(drawer.session).toBeUndefined();
    expect((await client.GET('/v1/timelines/all')).response.status).toBe(200);
    expect((await client.login({ username, password: PASSWORD })).username).toBe(username);
    expect(await me(client)).toBe(username);
  });

  it('may be those of an outside issuer', async () => {
    const asked: (string | undefined)[] = [];
    const outside = world.client({
      accessToken: (worn) => {
        asked.push(worn);
        return worn === undefined ? 'worn' : drawer.session?.accessToken;
      },
    });
    expect(await me(outside)).toBe(username);
    expect(asked).toEqual([undefined, 'worn']);
    const stubborn = world.client({ accessToken: () => 'worn' });
    expect(await rejection(stubborn.GET('/v1/me'))).toMatchObject({ code: 'invalid-token' });
  });
});
