import { UserNotFound, UsernameTaken } from '../../src/modules/users/domain/user.errors.js';
import { type Id, timeOf } from '../../src/shared/ids.js';
import { everything, type OpenAdapters, Stores } from '../support/stores.js';

const UNKNOWN: Id = '01890000-0000-7000-8000-000000000000';

/** What every UserStore promises. */
export function userStoreContract(open: OpenAdapters): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await Stores.open(open);
  });
  afterEach(() => stores.close());

  it('finds a user by id and by name in any case, in the form it was given', async () => {
    const id = await stores.user('AdaL', 'Ada Lovelace');
    const ada = {
      id,
      username: 'AdaL',
      displayName: 'Ada Lovelace',
      followersCount: 0,
      followingCount: 0,
      postsCount: 0,
    };
    expect(timeOf(id)).toBe(stores.clock.now());
    expect(await stores.users.findByUsername('aDAl')).toEqual(ada);
    expect(await stores.users.load([id, UNKNOWN])).toEqual(new Map([[id, ada]]));
    expect(await stores.users.summaries([id, UNKNOWN])).toEqual(
      new Map([[id, { id, username: 'AdaL', displayName: 'Ada Lovelace' }]]),
    );
    expect(await stores.users.idsOf(['ADAL', 'nobody'])).toEqual(new Map([['adal', id]]));
  });

  it('has nothing of a user who does not exist', async () => {
    expect(await stores.users.findByUsername('nobody')).toBeUndefined();
    await expect(stores.users.getByUsername('nobody')).rejects.toThrow(UserNotFound);
    expect(await stores.users.load([])).toEqual(new Map());
    expect(await stores.users.idsOf([])).toEqual(new Map());
  });

  it('tells how a reader and a user stand to each other, only when there is a reader', async () => {
    const [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
    await stores.follow(ada, bob);
    const seen = async (reader?: Id): Promise<unknown> =>
      (await stores.users.load([bob], reader)).get(bob)?.relation;
    expect(await seen()).toBeUndefined();
    expect(await seen(ada)).toEqual({ following: true, followedBy: false });
    expect(await seen(bob)).toEqual({ following: false, followedBy: false });
    expect((await stores.users.getByUsername('ada', bob)).relation).toEqual({
      following: false,
      followedBy: true,
    });
  });

  it('changes only what is given', async () => {
    const id = await stores.user('ada', 'Ada');
    await stores.users.change(id, {});
    await stores.users.change(id, { bio: 'Notes' });
    expect((await stores.users.load([id])).get(id)).toMatchObject({ displayName: 'Ada', bio: 'Notes' });
    await stores.users.change(id, { displayName: 'A.', bio: '' });
    const changed = (await stores.users.load([id])).get(id);
    expect(changed).toMatchObject({ username: 'ada', displayName: 'A.' });
    expect(changed).not.toHaveProperty('bio');
  });

  it('renames at once and frees the old name; one name has one user', async () => {
    const [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
    await expect(stores.users.change(bob, { username: 'ADA', bio: 'x' })).rejects.toThrow(UsernameTaken);
    expect((await stores.users.load([bob])).get(bob)).not.toHaveProperty('bio');
    await stores.users.change(ada, { username: 'Ada' });
    await stores.users.change(ada, { username: 'grace' });
    expect(await stores.users.findByUsername('ada')).toBeUndefined();
    await stores.users.change(bob, { username: 'ada' });
    expect((await stores.users.getByUsername('ADA')).id).toBe(bob);
    await expect(stores.user('Grace')).rejects.toThrow(UsernameTaken);
  });

  it('of many who take one name at once, one gets it', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => stores.user(`user${n}`)));
    const taken = await Promise.allSettled([
      ...ids.map((id) => stores.users.change(id, { username: 'wanted' })),
      ...Array.from({ length: 5 }, () => stores.user('Wanted')),
    ]);
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('lists all, or those whose name begins so, by the time they joined', async () => {
    const ids: Id[] = [];
    for (const name of ['anna', 'Bert', 'ANton', 'annab', 'zoe']) ids.push(await stores.user(name));
    const [anna, , anton, annab] = ids;
    expect(await stores.users.list(everything())).toEqual(ids.toReversed());
    expect(await stores.users.list(everything({ newestFirst: false, limit: 2 }))).toEqual(ids.slice(0, 2));
    expect(await stores.users.listByPrefix('AN', everything())).toEqual([annab, anton, anna]);
    expect(await stores.users.listByPrefix('an', everything({ from: anton ?? '', limit: 1 }))).toEqual([
      annab,
    ]);
    expect(await stores.users.listByPrefix('anna', everything({ newestFirst: false }))).toEqual([
      anna,
      annab,
    ]);
    for (const none of ['x', '%', '_', 'an*', "'"]) {
      expect(await stores.users.listByPrefix(none, everything())).toEqual([]);
    }
  });

  it('lists rare and common beginnings among many users in every stretch', async () => {
    const names = Array.from({ length: 1_300 }, (_, n) => (n % 400 === 7 ? `rare${n}` : `common${n}`));
    const ids = await Promise.all(names.map((name) => stores.user(name)));
    const users = ids
      .map((id, n) => ({ id, name: names[n] ?? '' }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    for (const prefix of ['rare', 'common', 'common12', 'c']) {
      for (const newestFirst of [true, false]) {
        for (const [from, before] of [
          [0, 1_299],
          [5, 1_250],
          [400, 410],
        ] as const) {
          const bounds = { from: users[from]?.id ?? '', before: users[before]?.id ?? '' };
          const within = users.slice(from, before).filter(({ name }) => name.startsWith(prefix));
          const expected = (newestFirst ? within.toReversed() : within).slice(0, 21).map(({ id }) => id);
          const stretch = everything({ newestFirst, limit: 21, ...bounds });
          expect(await stores.users.listByPrefix(prefix, stretch)).toEqual(expected);
        }
      }
    }
  });
}
