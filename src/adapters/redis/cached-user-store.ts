import type { ProfileChanges, UserSummary } from '../../modules/users/domain/user.js';
import { type UserState, UserStore } from '../../modules/users/users.ports.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { TwoLevelCache } from './two-level-cache.js';

/** Another UserStore whose summaries, and whose ids by name, are cached. */
export class CachedUserStore extends UserStore {
  constructor(
    private readonly inner: UserStore,
    private readonly cache: TwoLevelCache,
  ) {
    super();
  }

  async summaries(ids: readonly Id[]): Promise<Map<Id, UserSummary>> {
    return this.cache.read('user', ids, (missing) => this.inner.summaries(missing));
  }

  /** A name is believed only if the user that it leads to bears it: so a change of a name concerns that user alone. */
  async idsOf(usernames: readonly string[]): Promise<Map<string, Id>> {
    const names = usernames.map((name) => name.toLowerCase());
    const ids = await this.cache.read('name', names, (missing) => this.inner.idsOf(missing));
    const users = await this.summaries([...ids.values()]);
    const left = [...ids].filter(([name, id]) => users.get(id)?.username.toLowerCase() !== name);
    if (left.length === 0) return ids;
    const leftNames = left.map(([name]) => name);
    await this.cache.invalidate(leftNames.map((name) => this.cache.key('name', name)));
    for (const name of leftNames) ids.delete(name);
    return new Map([...ids, ...(await this.inner.idsOf(leftNames))]);
  }

  async change(id: Id, changes: ProfileChanges): Promise<void> {
    const seen = changes.username !== undefined || changes.displayName !== undefined;
    await this.cache.changing(seen ? [this.cache.key('user', id)] : [], () => this.inner.change(id, changes));
  }

  load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, UserState>> {
    return this.inner.load(ids, readerId);
  }

  findByUsername(username: string, readerId?: Id): Promise<UserState | undefined> {
    return this.inner.findByUsername(username, readerId);
  }

  list(stretch: Stretch): Promise<Id[]> {
    return this.inner.list(stretch);
  }

  listByPrefix(prefix: string, stretch: Stretch): Promise<Id[]> {
    return this.inner.listByPrefix(prefix, stretch);
  }
}
