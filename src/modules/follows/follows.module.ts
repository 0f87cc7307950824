import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.public.js';
import { FollowsController } from './follows.controller.js';
import { FollowUser } from './use-cases/follow-user.js';
import { ListFollows } from './use-cases/list-follows.js';
import { UnfollowUser } from './use-cases/unfollow-user.js';

@Module({
  imports: [UsersModule],
  controllers: [FollowsController],
  providers: [FollowUser, UnfollowUser, ListFollows],
})
export class FollowsModule {}
