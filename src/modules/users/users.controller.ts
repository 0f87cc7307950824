import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  type Actor,
  Authenticated,
  CurrentUser,
  OptionallyAuthenticated,
  Reader,
} from '../../http/current-user.js';
import { PageQuery } from '../../http/pagination/page-query.dto.js';
import { Pages } from '../../http/pagination/pages.js';
import { Problems } from '../../http/problems.decorator.js';
import type { Id } from '../../shared/ids.js';
import { ChangeProfile } from './use-cases/change-profile.js';
import { ListUsers } from './use-cases/list-users.js';
import { userView, UserViews } from './user-views.js';
import { ChangeProfileBody, UserPage, UserView } from './users.dto.js';
import { UserStore } from './users.ports.js';

@ApiTags('users')
@Controller('v1')
export class UsersController {
  constructor(
    private readonly users: UserStore,
    private readonly views: UserViews,
    private readonly listing: ListUsers,
    private readonly changing: ChangeProfile,
    private readonly pages: Pages,
  ) {}

  /**
   * Your own profile
   *
   * As others see it at `GET /v1/users/{username}`.
   */
  @Get('me')
  @Authenticated()
  getMe(@CurrentUser() actor: Actor): Promise<UserView> {
    return this.views.one(actor.id, actor.id);
  }

  /**
   * Change your own profile
   *
   * A new username is at once everywhere, and the old one is free for others.
   */
  @Patch('me')
  @Authenticated()
  @Problems('username-taken', 'validation-failed')
  async changeMe(@CurrentUser() actor: Actor, @Body() changes: ChangeProfileBody): Promise<UserView> {
    await this.changing.execute({ userId: actor.id, changes });
    return this.views.one(actor.id, actor.id);
  }

  /**
   * All users, newest first
   *
   * 20 a page unless `limit` says otherwise.
   */
  @Get('users')
  @OptionallyAuthenticated()
  listUsers(@Query() query: PageQuery, @Reader() readerId: Id | undefined): Promise<UserPage> {
    return this.pages.respond({ name: 'users', defaultLimit: 20 }, query, (page) =>
      this.listing.execute({ readerId, page }),
    );
  }

  /**
   * A profile
   *
   * The case of the name is ignored.
   */
  @Get('users/:username')
  @OptionallyAuthenticated()
  @Problems('user-not-found')
  async getUser(@Param('username') username: string, @Reader() readerId: Id | undefined): Promise<UserView> {
    return userView(await this.users.getByUsername(username, readerId));
  }
}
