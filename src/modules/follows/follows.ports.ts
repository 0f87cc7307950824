import type { DomainEvent } from '../../shared/events.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { Relation } from '../users/users.public.js';

/** One user's following of another, as an entry of a list. */
export interface Follow {
  /** Made when the following began: it orders the lists. */
  readonly id: Id;
  /** The other user: the follower in a list of followers, the followed in a list of followed. */
  readonly userId: Id;
}

/** Keeps who follows whom. The counters of both users equal the lists within a second, also after a crash. */
export abstract class FollowStore {
  /**
   * Does nothing when the follower already follows; else stores the following and `events` in one atomic step.
   * Answers how the two stand afterwards, seen from the follower. Both users exist.
   */
  abstract follow(followerId: Id, followedId: Id, events: readonly DomainEvent[]): Promise<Relation>;

  /** Does nothing when the follower does not follow. Answers how the two stand afterwards, seen from the follower. */
  abstract unfollow(followerId: Id, followedId: Id): Promise<Relation>;

  abstract followersOf(userId: Id, stretch: Stretch): Promise<Follow[]>;

  abstract followedBy(userId: Id, stretch: Stretch): Promise<Follow[]>;

  /** Those of `userIds` who follow the user now, in no order. */
  abstract followersAmong(userIds: readonly Id[], followedId: Id): Promise<Id[]>;
}
