import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { type Page, type PageRequest, readPage } from '../../../shared/page.js';
import { UserStore, type UserView, UserViews } from '../../users/users.public.js';
import { type Follow, FollowStore } from '../follows.ports.js';

@Injectable()
export class ListFollows {
  constructor(
    private readonly follows: FollowStore,
    private readonly users: UserStore,
    private readonly views: UserViews,
  ) {}

  /** The followers of a user, or those whom the user follows, newest following first. @throws UserNotFound */
  async execute(input: {
    of: 'followers' | 'following';
    username: string;
    readerId?: Id | undefined;
    page: PageRequest;
  }): Promise<Page<UserView>> {
    const id = await this.users.getIdByUsername(input.username);
    const follows = await readPage<Follow>(
      'newest-first',
      input.page,
      (stretch) =>
        input.of === 'followers'
          ? this.follows.followersOf(id, stretch)
          : this.follows.followedBy(id, stretch),
      (follow) => follow.id,
    );
    return this.views.page(follows, (follow) => follow.userId, input.readerId);
  }
}
