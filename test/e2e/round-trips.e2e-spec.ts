import { setTimeout } from 'node:timers/promises';
import { RoundTrips } from '../../src/shared/round-trips.js';
import type { Client, PostBody } from '../support/client.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

interface Trips {
  readonly database: number;
  readonly redis: number;
}

/** docs/round-trips.md has the figures; what runs in the background only adds, so that the least of several runs is told. */
stories('round trips of a request', () => {
  let world: World;
  let ada: Client;
  let bob: Client;
  let post: PostBody;

  beforeAll(async () => {
    world = await World.start({ RATE_LIMIT_PER_MINUTE: '100000', POSTS_PER_DAY: '100000' });
    ada = await world.person('ada');
    bob = await world.person('bob');
    await bob.follow('ada');
    post = await ada.publish('hello @bob');
    for (let n = 0; n < 12; n += 1) {
      await ada.publish(`more ${n}`);
      await bob.reply(post.id, `reply ${n}`);
    }
    await bob.quote(post.id, 'look');
    await world.settle();
    // A new process believes the caches when Redis has answered in time for a second.
    const page = read(bob, '/v1/timelines/all', 3);
    for (let n = 0; n < 50 && (await count(page, 1)).database > 2; n += 1) await setTimeout(200);
  });
  afterAll(async () => {
    RoundTrips.listen(undefined);
    await world.stop();
  });

  const count = async (request: () => Promise<unknown>, runs = 6): Promise<Trips> => {
    let least: Trips = { database: 99, redis: 99 };
    for (let n = 0; n < runs; n += 1) {
      const trips = { database: 0, redis: 0 };
      RoundTrips.listen((to) => (trips[to] += 1));
      await request();
      RoundTrips.listen(undefined);
      least = {
        database: Math.min(least.database, trips.database),
        redis: Math.min(least.redis, trips.redis),
      };
      await setTimeout(7);
    }
    return least;
  };
  let asked = 0;
  /** Another URL each time, so that no kept answer serves. */
  const read = (client: Client, path: string, limit: number): (() => Promise<unknown>) => {
    return async () => {
      const separator = path.includes('?') ? '&' : '?';
      const { status } = await client.get(
        `${path}${separator}limit=${limit}&since=${2000 + ((asked += 1) % 20)}-01-01`,
      );
      if (status !== 200) throw new Error(`${path}: ${status}`);
    };
  };

  it.each([
    '/v1/timelines/all',
    '/v1/timelines/following',
    '/v1/users/ada/posts',
    '/v1/posts/{id}/replies',
    '/v1/posts/{id}/quotes',
    '/v1/users',
    '/v1/users/ada/followers',
    '/v1/users/bob/following',
    '/v1/me/notifications',
    '/v1/search/posts?q=more',
    '/v1/search/users?q=a',
  ])('are constant and few: GET %s', async (path) => {
    const url = path.replace('{id}', post.id);
    await read(bob, url, 3)();
    await read(bob, url, 12)();
    const few = await count(read(bob, url, 3));
    const many = await count(read(bob, url, 12));
    expect(many.database).toBeLessThanOrEqual(few.database);
    // The embedded timeline looks whether there are more posts when it found fewer than were asked for.
    const most = World.profile === 'embedded' && path.endsWith('timelines/following') ? 4 : 3;
    expect(many.database).toBeLessThanOrEqual(most);
  });

  it('are few for writes', async () => {
    // Its events are for others, who are not there.
    const api = await World.start({ ROLE: 'api', POSTS_PER_DAY: '100000' });
    const [author, reader] = [await api.person('ada'), await api.person('bob')];
    const { id } = await author.publish('hello');
    let n = 0;
    const writes = {
      'POST /v1/posts': () => author.publish(`one ${(n += 1)}`),
      'POST /v1/posts/{id}/replies': () => reader.reply(id, `again ${(n += 1)}`),
      'POST /v1/posts/{id}/quotes': () => reader.quote(id, `again ${(n += 1)}`),
      'PUT /v1/me/following/{username}': () => reader.follow('ada'),
      'PATCH /v1/me': () => reader.patch('/v1/me', { bio: `${(n += 1)}` }),
    };
    // A new process believes the caches when Redis has answered in time for a second.
    let most = 99;
    for (let attempt = 0; attempt < 10 && most > 4; attempt += 1) {
      if (World.profile === 'standard') await setTimeout(1_500);
      const counted: number[] = [];
      for (const write of Object.values(writes)) counted.push((await count(write)).database);
      most = Math.max(...counted);
    }
    await api.stop();
    expect(most).toBeLessThanOrEqual(4);
  });

  it('are none to MongoDB, and two to Redis, for a warm home page', async () => {
    if (World.profile !== 'standard') return;
    const page = (): Promise<unknown> => bob.get('/v1/timelines/following');
    // A reader's list is made some seconds after what was changed last.
    let trips = await count(page, 1);
    for (let n = 0; n < 50 && (trips.database > 0 || trips.redis > 2); n += 1) {
      await setTimeout(200);
      trips = await count(page, 3);
    }
    expect(trips.database).toBe(0);
    expect(trips.redis).toBeLessThanOrEqual(2);
  });
});
