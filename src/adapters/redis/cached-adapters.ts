import { PostStore } from '../../modules/posts/posts.ports.js';
import { UserStore } from '../../modules/users/users.ports.js';
import type { Adapters } from '../adapters.js';
import { CachedPostStore } from './cached-post-store.js';
import { CachedUserStore } from './cached-user-store.js';
import type { TwoLevelCache } from './two-level-cache.js';

/** The same adapters, with a cache before the stores that are read most. It is closed with them. */
export function cachedAdapters(adapters: Adapters, cache: TwoLevelCache): Adapters {
  return {
    ...adapters,
    close: () => {
      cache.close();
      return adapters.close();
    },
    ports: adapters.ports.map(([port, adapter]) => [port, cached(adapter, cache)]),
  };
}

function cached(adapter: object, cache: TwoLevelCache): object {
  if (adapter instanceof UserStore) return new CachedUserStore(adapter, cache);
  if (adapter instanceof PostStore) return new CachedPostStore(adapter, cache);
  return adapter;
}
