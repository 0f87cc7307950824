import { Module } from '@nestjs/common';
import { ChangeProfile } from './use-cases/change-profile.js';
import { ListUsers } from './use-cases/list-users.js';
import { UserViews } from './user-views.js';
import { UsersController } from './users.controller.js';

@Module({
  controllers: [UsersController],
  providers: [UserViews, ListUsers, ChangeProfile],
  exports: [UserViews, ListUsers],
})
export class UsersModule {}
