import { Injectable } from '@nestjs/common';
import { rfc3339 } from '../../shared/clock.js';
import { type Id, timeOf } from '../../shared/ids.js';
import type { Page } from '../../shared/page.js';
import { UserNotFound } from './domain/user.errors.js';
import type { UserView } from './users.dto.js';
import { type UserState, UserStore } from './users.ports.js';

const ENGLISH_DAY = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });

/** Builds what is answered about users. */
@Injectable()
export class UserViews {
  constructor(private readonly users: UserStore) {}

  /** @throws UserNotFound */
  async one(id: Id, readerId?: Id): Promise<UserView> {
    const user = (await this.users.load([id], readerId)).get(id);
    if (!user) throw new UserNotFound();
    return userView(user);
  }

  /** The same page with views in the place of what `userIdOf` tells the user of. */
  async page<Item>(page: Page<Item>, userIdOf: (item: Item) => Id, readerId?: Id): Promise<Page<UserView>> {
    const users = await this.users.load(page.items.map(userIdOf), readerId);
    const items = page.items.flatMap((item) => {
      const user = users.get(userIdOf(item));
      return user ? [userView(user)] : [];
    });
    return { ...page, items };
  }
}

export function userView({ relation, ...user }: UserState): UserView {
  const joined = timeOf(user.id);
  return {
    id: user.id,
    username: user.username,
    ...(user.displayName && { displayName: user.displayName }),
    ...(user.bio && { bio: user.bio }),
    joinedAt: rfc3339(joined),
    dateJoined: ENGLISH_DAY.format(joined),
    followersCount: user.followersCount,
    followingCount: user.followingCount,
    postsCount: user.postsCount,
    ...(relation && { viewer: { following: relation.following, followedBy: relation.followedBy } }),
  };
}
