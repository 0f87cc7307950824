import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { type Relation, UserStore } from '../../users/users.public.js';
import { SelfFollow } from '../domain/follow.errors.js';
import { FollowStore } from '../follows.ports.js';

@Injectable()
export class UnfollowUser {
  constructor(
    private readonly follows: FollowStore,
    private readonly users: UserStore,
  ) {}

  /** Unfollowing somebody who is not followed changes nothing. @throws UserNotFound, SelfFollow */
  async execute(input: { followerId: Id; username: string }): Promise<Relation> {
    const id = await this.users.getIdByUsername(input.username);
    if (id === input.followerId) throw new SelfFollow();
    return this.follows.unfollow(input.followerId, id);
  }
}
