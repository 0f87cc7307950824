import { type Follow, FollowStore } from '../../modules/follows/follows.ports.js';
import type { Relation } from '../../modules/users/users.ports.js';
import type { DomainEvent } from '../../shared/events.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { HomeTimelineChanges } from './home-timeline-changes.js';

/** The database's, and the follower's home timeline follows it. */
export class RedisFollowStore extends FollowStore {
  constructor(
    private readonly inner: FollowStore,
    private readonly changes: HomeTimelineChanges,
  ) {
    super();
  }

  follow(followerId: Id, followedId: Id, events: readonly DomainEvent[]): Promise<Relation> {
    return this.changes.around(followerId, () => this.inner.follow(followerId, followedId, events));
  }

  unfollow(followerId: Id, followedId: Id): Promise<Relation> {
    return this.changes.around(followerId, () => this.inner.unfollow(followerId, followedId));
  }

  followersOf(userId: Id, stretch: Stretch): Promise<Follow[]> {
    return this.inner.followersOf(userId, stretch);
  }

  followedBy(userId: Id, stretch: Stretch): Promise<Follow[]> {
    return this.inner.followedBy(userId, stretch);
  }

  followersAmong(userIds: readonly Id[], followedId: Id): Promise<Id[]> {
    return this.inner.followersAmong(userIds, followedId);
  }
}
