import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
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
import { RelationView, UserPage } from '../users/users.public.js';
import { FollowUser } from './use-cases/follow-user.js';
import { ListFollows } from './use-cases/list-follows.js';
import { UnfollowUser } from './use-cases/unfollow-user.js';

@ApiTags('follows')
@Controller('v1')
export class FollowsController {
  constructor(
    private readonly following: FollowUser,
    private readonly unfollowing: UnfollowUser,
    private readonly listing: ListFollows,
    private readonly pages: Pages,
  ) {}

  /**
   * Follow a user
   *
   * Their earlier posts are in your timeline on its next read. Following again changes nothing.
   */
  @Put('me/following/:username')
  @HttpCode(200)
  @Authenticated()
  @Problems('user-not-found', 'self-follow')
  followUser(@CurrentUser() actor: Actor, @Param('username') username: string): Promise<RelationView> {
    return this.following.execute({ followerId: actor.id, username });
  }

  /**
   * Unfollow a user
   *
   * Their posts leave your timeline on its next read. Unfollowing again changes nothing.
   */
  @Delete('me/following/:username')
  @HttpCode(200)
  @Authenticated()
  @Problems('user-not-found', 'self-follow')
  unfollowUser(@CurrentUser() actor: Actor, @Param('username') username: string): Promise<RelationView> {
    return this.unfollowing.execute({ followerId: actor.id, username });
  }

  /**
   * Who follows a user, newest following first
   *
   * 20 a page unless `limit` says otherwise. `since` and `until` bound when they began to follow.
   */
  @Get('users/:username/followers')
  @OptionallyAuthenticated()
  @Problems('user-not-found')
  listFollowers(
    @Param('username') username: string,
    @Query() query: PageQuery,
    @Reader() readerId: Id | undefined,
  ): Promise<UserPage> {
    return this.list('followers', username, query, readerId);
  }

  /**
   * Whom a user follows, newest following first
   *
   * 20 a page unless `limit` says otherwise. `since` and `until` bound when the user began to follow.
   */
  @Get('users/:username/following')
  @OptionallyAuthenticated()
  @Problems('user-not-found')
  listFollowing(
    @Param('username') username: string,
    @Query() query: PageQuery,
    @Reader() readerId: Id | undefined,
  ): Promise<UserPage> {
    return this.list('following', username, query, readerId);
  }

  private list(
    of: 'followers' | 'following',
    username: string,
    query: PageQuery,
    readerId: Id | undefined,
  ): Promise<UserPage> {
    const list = { name: of, filters: { username: username.toLowerCase() }, defaultLimit: 20 };
    return this.pages.respond(list, query, (page) => this.listing.execute({ of, username, readerId, page }));
  }
}
