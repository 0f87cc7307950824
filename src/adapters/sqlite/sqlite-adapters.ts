import { AccountStore, RefreshTokenStore, SecretStore } from '../../modules/accounts/accounts.ports.js';
import { FollowStore } from '../../modules/follows/follows.ports.js';
import { NotificationStore } from '../../modules/notifications/notifications.ports.js';
import { PostStore } from '../../modules/posts/posts.ports.js';
import { PostSearch } from '../../modules/search/search.ports.js';
import { TimelineStore } from '../../modules/timelines/timelines.ports.js';
import { UserStore } from '../../modules/users/users.ports.js';
import type { Clock } from '../../shared/clock.js';
import { Changes } from '../../shared/changes.js';
import { Outbox } from '../../shared/events.js';
import { IdempotencyStore } from '../../shared/idempotency.js';
import type { Ids } from '../../shared/ids.js';
import { OrderedVisibility, Visibility } from '../../shared/page.js';
import type { Adapters } from '../adapters.js';
import { SqliteAccountStore } from './sqlite-account-store.js';
import { SqliteChanges } from './sqlite-changes.js';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteFollowStore } from './sqlite-follow-store.js';
import { SqliteIdempotencyStore } from './sqlite-idempotency-store.js';
import { SqliteNotificationStore } from './sqlite-notification-store.js';
import { SqliteOutbox } from './sqlite-outbox.js';
import { SqlitePostSearch } from './sqlite-post-search.js';
import { SqlitePostStore } from './sqlite-post-store.js';
import { SqliteRefreshTokenStore } from './sqlite-refresh-token-store.js';
import { SqliteSecretStore } from './sqlite-secret-store.js';
import { SqliteTimelineStore } from './sqlite-timeline-store.js';
import { SqliteUserStore } from './sqlite-user-store.js';

/** Every store port on one SQLite database. */
export function openSqliteAdapters(databaseUrl: string, ids: Ids, clock: Clock): Adapters {
  const db = new SqliteDatabase(databaseUrl);
  const outbox = new SqliteOutbox(db, clock);
  const idempotency = new SqliteIdempotencyStore(db, clock);
  const search = new SqlitePostSearch(db);
  return {
    ports: [
      [Changes, new SqliteChanges(db)],
      [Visibility, new OrderedVisibility()],
      [Outbox, outbox],
      [IdempotencyStore, idempotency],
      [PostSearch, search],
      [UserStore, new SqliteUserStore(db)],
      [AccountStore, new SqliteAccountStore(db, ids)],
      [RefreshTokenStore, new SqliteRefreshTokenStore(db, ids, clock)],
      [SecretStore, new SqliteSecretStore(db, ids)],
      [FollowStore, new SqliteFollowStore(db, ids, outbox)],
      [PostStore, new SqlitePostStore(db, ids, outbox, idempotency, search)],
      [TimelineStore, new SqliteTimelineStore(db)],
      [NotificationStore, new SqliteNotificationStore(db, ids)],
    ],
    start: () => outbox.release(),
    check: async () => void db.get('SELECT 1'),
    close: () => db.close(),
  };
}
