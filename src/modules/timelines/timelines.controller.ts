import { Controller, Get, Param, Query } from '@nestjs/common';
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
import { PostPage } from '../posts/posts.public.js';
import { AuthorTimelineQuery } from './timelines.dto.js';
import { ReadTimeline } from './use-cases/read-timeline.js';

@ApiTags('timelines')
@Controller('v1')
export class TimelinesController {
  constructor(
    private readonly timelines: ReadTimeline,
    private readonly pages: Pages,
  ) {}

  /**
   * Everybody's posts but replies, newest first
   *
   * 10 a page unless `limit` says otherwise. A repost or quote brings its subject along.
   */
  @Get('timelines/all')
  @OptionallyAuthenticated()
  readAll(@Query() query: PageQuery, @Reader() readerId: Id | undefined): Promise<PostPage> {
    return this.pages.respond({ name: 'all', defaultLimit: 10 }, query, (page) =>
      this.timelines.all({ readerId, page }),
    );
  }

  /**
   * Posts of the people whom you follow, replies left out, newest first
   *
   * 10 a page unless `limit` says otherwise. Following somebody shows their earlier posts on the next read, too.
   */
  @Get('timelines/following')
  @Authenticated()
  readFollowing(@Query() query: PageQuery, @CurrentUser() { id }: Actor): Promise<PostPage> {
    return this.pages.respond({ name: 'following', readerId: id, defaultLimit: 10 }, query, (page) =>
      this.timelines.following({ readerId: id, page }),
    );
  }

  /**
   * A user's posts, newest first
   *
   * 5 a page unless `limit` says otherwise: originals, reposts and quotes, or with `view=with-replies` originals and
   * replies.
   */
  @Get('users/:username/posts')
  @OptionallyAuthenticated()
  @Problems('user-not-found')
  readAuthor(
    @Param('username') username: string,
    @Query() query: AuthorTimelineQuery,
    @Reader() readerId: Id | undefined,
  ): Promise<PostPage> {
    const view = query.view ?? 'posts';
    const list = { name: 'author', filters: { username: username.toLowerCase(), view }, defaultLimit: 5 };
    return this.pages.respond(list, query, (page) =>
      this.timelines.ofAuthor({ username, view, readerId, page }),
    );
  }
}
