import { userStoreContract } from '../../../test/contract/user-store.contract.js';
import { describeWith, type RedisProcess, startRedis } from '../../../test/support/engines.js';
import { connectRedis } from '../../../test/support/redis.js';
import { everything, HandClock, type OpenAdapters } from '../../../test/support/stores.js';
import { AccountStore } from '../../modules/accounts/accounts.ports.js';
import type { UserSummary } from '../../modules/users/domain/user.js';
import { UserStore } from '../../modules/users/users.ports.js';
import type { Id } from '../../shared/ids.js';
import { openSqliteAdapters } from '../sqlite/sqlite-adapters.js';
import { UuidV7Ids } from '../system/uuid-v7-ids.js';
import { cachedAdapters } from './cached-adapters.js';
import { CachedUserStore } from './cached-user-store.js';
import type { RedisConnection } from './redis-connection.js';
import { TwoLevelCache } from './two-level-cache.js';

describeWith('redis-server', 'the cached UserStore', () => {
  let redis: RedisProcess;
  let connections: RedisConnection[];
  let opened = 0;

  beforeAll(async () => {
    redis = await startRedis();
    connections = [await connectRedis([redis.url]), await connectRedis([redis.url])];
  });
  afterAll(async () => {
    for (const connection of connections) connection.close();
    await redis.stop();
  });

  const open: OpenAdapters = async (ids, clock) => {
    const adapters = openSqliteAdapters('sqlite::memory:', ids, clock);
    opened += 1;
    const cache = new TwoLevelCache(connections[0]!, { prefix: `posterr:${opened}:` });
    return cachedAdapters(adapters, cache);
  };

  describe('keeps the contract', () => userStoreContract(open));

  describe('in two processes', () => {
    let inner: UserStore;
    let accounts: AccountStore;
    let one: UserStore;
    let other: UserStore;
    const commands = { summaries: 0, idsOf: 0 };

    beforeAll(() => {
      const clock = new HandClock();
      const adapters = new Map<unknown, unknown>(
        openSqliteAdapters('sqlite::memory:', new UuidV7Ids(clock), clock).ports,
      );
      inner = adapters.get(UserStore) as UserStore;
      accounts = adapters.get(AccountStore) as AccountStore;
      for (const name of ['summaries', 'idsOf'] as const) {
        const original = inner[name].bind(inner);
        inner[name] = (asked: readonly string[]) => {
          commands[name] += 1;
          return original(asked) as never;
        };
      }
      one = new CachedUserStore(inner, new TwoLevelCache(connections[0]!));
      other = new CachedUserStore(inner, new TwoLevelCache(connections[1]!));
    });

    const register = (username: string): Promise<Id> =>
      accounts.register({ username, credential: { passwordHash: 'hash' } });
    const seen = async (store: UserStore, id: Id): Promise<UserSummary | undefined> =>
      (await store.summaries([id])).get(id);

    it('reads cost no command when warm', async () => {
      const ids = await Promise.all(['w1', 'w2', 'w3'].map(register));
      const read = async (): Promise<unknown> => [
        await one.summaries(ids),
        await one.idsOf(['W1', 'w2', 'w3']),
        await other.summaries(ids),
        await other.idsOf(['w1', 'w2', 'w3']),
      ];
      const first = await read();
      const before = { ...commands };
      for (let n = 0; n < 5; n += 1) expect(await read()).toEqual(first);
      expect(commands).toEqual(before);
    });

    it('a name is right at once, whoever changes it and whoever reads', async () => {
      const ada = await register('ada');
      await register('bob');
      let name = 'ada';
      for (let round = 0; round < 500; round += 1) {
        const [writer, reader] = round % 3 === 0 ? [other, one] : [one, other];
        const next = `n${round}`;
        await writer.change(ada, { username: next, displayName: `Ada ${round}` });
        expect(await seen(reader, ada)).toEqual({ id: ada, username: next, displayName: `Ada ${round}` });
        expect(await seen(writer, ada)).toMatchObject({ username: next });
        expect(await reader.idsOf([name, next])).toEqual(new Map([[next, ada]]));
        name = next;
      }
      await register('ada');
      expect((await other.idsOf(['ada'])).get('ada')).not.toBe(ada);
      expect(await other.list(everything())).toHaveLength(6);
    });

    it('readers at the same time load once', async () => {
      const id = await register('crowd');
      commands.summaries = 0;
      await Promise.all(Array.from({ length: 50 }, () => seen(one, id)));
      expect(commands.summaries).toBe(1);
    });
  });
});
