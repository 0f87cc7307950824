import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { type Relation, UserStore } from '../../users/users.public.js';
import { SelfFollow } from '../domain/follow.errors.js';
import { userFollowed } from '../domain/follow.events.js';
import { FollowStore } from '../follows.ports.js';

@Injectable()
export class FollowUser {
  constructor(
    private readonly follows: FollowStore,
    private readonly users: UserStore,
  ) {}

  /** Following again changes nothing. @throws UserNotFound, SelfFollow */
  async execute(input: { followerId: Id; username: string }): Promise<Relation> {
    const { followerId } = input;
    const id = await this.users.getIdByUsername(input.username);
    if (id === followerId) throw new SelfFollow();
    return this.follows.follow(followerId, id, [userFollowed(followerId, id)]);
  }
}
