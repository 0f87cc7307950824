import type { DomainEvent } from '../../../shared/events.js';
import type { Id } from '../../../shared/ids.js';

/** Somebody began to follow somebody. */
export type UserFollowed = DomainEvent<'user-followed', { readonly followedId: Id }>;

export function userFollowed(followerId: Id, followedId: Id): UserFollowed {
  return { type: 'user-followed', actorId: followerId, data: { followedId } };
}
