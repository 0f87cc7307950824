import { AccountStore, RefreshTokenStore, SecretStore } from '../../modules/accounts/accounts.ports.js';
import { FollowStore } from '../../modules/follows/follows.ports.js';
import { NotificationStore } from '../../modules/notifications/notifications.ports.js';
import { PostStore } from '../../modules/posts/posts.ports.js';
import { PostSearch } from '../../modules/search/search.ports.js';
import { TimelineStore } from '../../modules/timelines/timelines.ports.js';
import { UserStore } from '../../modules/users/users.ports.js';
import { Changes } from '../../shared/changes.js';
import type { Clock } from '../../shared/clock.js';
import { Outbox } from '../../shared/events.js';
import { IdempotencyStore } from '../../shared/idempotency.js';
import type { Ids } from '../../shared/ids.js';
import { Visibility } from '../../shared/page.js';
import type { Adapters } from '../adapters.js';
import { MongoAccountStore } from './mongo-account-store.js';
import { MongoDatabase, type MongoSettings } from './mongo-database.js';
import { MongoFollowStore } from './mongo-follow-store.js';
import { MongoIdempotencyStore } from './mongo-idempotency-store.js';
import { MongoNotificationStore } from './mongo-notification-store.js';
import { MongoOutbox } from './mongo-outbox.js';
import { MongoPostSearch } from './mongo-post-search.js';
import { MongoPostStore } from './mongo-post-store.js';
import { MongoRefreshTokenStore } from './mongo-refresh-token-store.js';
import { MongoSecretStore } from './mongo-secret-store.js';
import { MongoTimelineStore } from './mongo-timeline-store.js';
import { MongoUpkeep } from './mongo-upkeep.js';
import { MongoUserStore } from './mongo-user-store.js';
import { MongoVisibility } from './mongo-visibility.js';

export interface MongoAdapters extends Adapters {
  readonly db: MongoDatabase;
  readonly upkeep: MongoUpkeep;
}

/** Every store port on one MongoDB database. `isWorker`: this process also does the upkeep. */
export function openMongoAdapters(
  settings: MongoSettings,
  ids: Ids,
  clock: Clock,
  isWorker: boolean,
): MongoAdapters {
  const db = new MongoDatabase(settings);
  const outbox = new MongoOutbox(db, clock);
  const upkeep = new MongoUpkeep(db, clock);
  return {
    db,
    upkeep,
    ports: [
      [Changes, new NeverTheSame()],
      [Visibility, new MongoVisibility(clock)],
      [Outbox, outbox],
      [IdempotencyStore, new MongoIdempotencyStore(db, clock)],
      [PostSearch, new MongoPostSearch(db)],
      [UserStore, new MongoUserStore(db)],
      [AccountStore, new MongoAccountStore(db, ids)],
      [RefreshTokenStore, new MongoRefreshTokenStore(db, ids, clock)],
      [SecretStore, new MongoSecretStore(db, ids)],
      [FollowStore, new MongoFollowStore(db, ids, outbox)],
      [PostStore, new MongoPostStore(db, ids, clock, outbox)],
      [TimelineStore, new MongoTimelineStore(db)],
      [NotificationStore, new MongoNotificationStore(db, ids)],
    ],
    now: () => db.now(),
    start: async () => {
      await db.start();
      if (isWorker) upkeep.start();
    },
    check: () => db.check(),
    close: async () => {
      await upkeep.stop();
      await db.close();
    },
  };
}

/** Others write too: nothing tells cheaply that nobody has, so no answer is kept for that reason. */
class NeverTheSame extends Changes {
  private asked = 0;

  version(): number {
    return (this.asked += 1);
  }
}
