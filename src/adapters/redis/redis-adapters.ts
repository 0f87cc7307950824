import { PostStore } from '../../modules/posts/posts.ports.js';
import { UserStore } from '../../modules/users/users.ports.js';
import { RequestCounter } from '../../shared/request-counter.js';
import type { Adapters } from '../adapters.js';
import { CachedPostStore } from './cached-post-store.js';
import { CachedUserStore } from './cached-user-store.js';
import { RedisConnection, type RedisSettings } from './redis-connection.js';
import { RedisRequestCounter } from './redis-request-counter.js';
import { TwoLevelCache } from './two-level-cache.js';

/** The same stores with Redis before them: what is read most is cached, and requests are counted over all processes. */
export function withRedis(stores: Adapters, settings: RedisSettings, alone: RequestCounter): Adapters {
  const connection = new RedisConnection(settings);
  const cache = new TwoLevelCache(connection);
  const before = (adapter: object): object => {
    if (adapter instanceof UserStore) return new CachedUserStore(adapter, cache);
    if (adapter instanceof PostStore) return new CachedPostStore(adapter, cache);
    return adapter;
  };
  return {
    ...stores,
    ports: [
      ...stores.ports.map(([port, adapter]) => [port, before(adapter)] as const),
      [RequestCounter, new RedisRequestCounter(connection, alone)],
    ],
    start: async () => {
      connection.start();
      await stores.start();
    },
    close: async () => {
      await stores.close();
      cache.close();
      connection.close();
    },
  };
}
