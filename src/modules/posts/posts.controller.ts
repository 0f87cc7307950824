import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  type Actor,
  Authenticated,
  CurrentUser,
  OptionallyAuthenticated,
  Reader,
} from '../../http/current-user.js';
import { Idempotency, Idempotent } from '../../http/idempotency/idempotent.decorator.js';
import { PageQuery } from '../../http/pagination/page-query.dto.js';
import { Pages } from '../../http/pagination/pages.js';
import { ParseId, ParseIds } from '../../http/parse-id.pipe.js';
import { Problems } from '../../http/problems.decorator.js';
import { Publishes } from '../../http/throttling/publishes.decorator.js';
import type { IdempotencyKey } from '../../shared/idempotency.js';
import { type Id, timeOf } from '../../shared/ids.js';
import { PostViews } from './post-views.js';
import { PostListView, PostPage, PostView, WritePostBody } from './posts.dto.js';
import type { Published } from './posts.ports.js';
import { ListResponses, type ResponseKind } from './use-cases/list-responses.js';
import { PublishPost } from './use-cases/publish-post.js';
import { QuotePost } from './use-cases/quote-post.js';
import { ReplyToPost } from './use-cases/reply-to-post.js';
import { Repost } from './use-cases/repost.js';

@ApiTags('posts')
@Controller('v1/posts')
export class PostsController {
  constructor(
    private readonly publishing: PublishPost,
    private readonly quoting: QuotePost,
    private readonly replying: ReplyToPost,
    private readonly reposting: Repost,
    private readonly listing: ListResponses,
    private readonly views: PostViews,
    private readonly pages: Pages,
  ) {}

  /**
   * Publish a post
   *
   * Posts are never changed or deleted. Each counts against the daily quota.
   */
  @Post()
  @Authenticated()
  @Publishes()
  @Idempotent()
  @Problems('validation-failed', 'quota-exceeded')
  async publishPost(
    @CurrentUser() actor: Actor,
    @Body() { text }: WritePostBody,
    @Idempotency() idempotencyKey: IdempotencyKey | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostView> {
    const published = await this.publishing.execute({ authorId: actor.id, text, idempotencyKey });
    return this.answer(published, actor, reply);
  }

  /**
   * Quote a post
   *
   * Only other people's. Of a repost, its subject is quoted.
   */
  @Post(':id/quotes')
  @Authenticated()
  @Publishes()
  @Idempotent()
  @Problems('post-not-found', 'validation-failed', 'self-quote', 'quota-exceeded')
  async quotePost(
    @CurrentUser() actor: Actor,
    @Param('id', ParseId) postId: Id,
    @Body() { text }: WritePostBody,
    @Idempotency() idempotencyKey: IdempotencyKey | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostView> {
    const published = await this.quoting.execute({ authorId: actor.id, postId, text, idempotencyKey });
    return this.answer(published, actor, reply);
  }

  /**
   * Reply to a post
   *
   * To any post, your own too. Of a repost, its subject is answered. Its author is mentioned in any case.
   */
  @Post(':id/replies')
  @Authenticated()
  @Publishes()
  @Idempotent()
  @Problems('post-not-found', 'validation-failed', 'quota-exceeded')
  async replyToPost(
    @CurrentUser() actor: Actor,
    @Param('id', ParseId) postId: Id,
    @Body() { text }: WritePostBody,
    @Idempotency() idempotencyKey: IdempotencyKey | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostView> {
    const published = await this.replying.execute({ authorId: actor.id, postId, text, idempotencyKey });
    return this.answer(published, actor, reply);
  }

  /**
   * Repost a post
   *
   * Only other people's. Of a repost, its subject is reposted. Reposting again answers 200 with the first repost and
   * uses no quota. A repost cannot be undone.
   */
  @Put(':id/repost')
  @HttpCode(200)
  @Authenticated()
  @Publishes()
  @Problems('post-not-found', 'self-repost', 'quota-exceeded')
  async repost(
    @CurrentUser() actor: Actor,
    @Param('id', ParseId) postId: Id,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostView> {
    const published = await this.reposting.execute({ authorId: actor.id, postId });
    return this.answer(published, actor, reply);
  }

  /**
   * Several posts by their ids, in the order asked
   *
   * For clients that keep ids. What is unknown or hidden is left out, so the answer may have fewer posts than were
   * asked for.
   */
  @Get()
  @OptionallyAuthenticated()
  @ApiQuery({
    name: 'ids',
    description: '1 to 100 ids, separated by commas. Unknown and hidden posts are left out.',
  })
  async getPosts(
    @Query('ids', ParseIds) ids: readonly Id[],
    @Reader() readerId: Id | undefined,
  ): Promise<PostListView> {
    return { items: await this.views.many(ids, readerId) };
  }

  /**
   * A post
   *
   * A hidden post is 404. A quote, repost or reply whose subject was hidden stays, and says so.
   */
  @Get(':id')
  @OptionallyAuthenticated()
  @Problems('post-not-found')
  getPost(@Param('id', ParseId) id: Id, @Reader() readerId: Id | undefined): Promise<PostView> {
    return this.views.one(id, readerId);
  }

  /**
   * Direct replies to a post, oldest first
   *
   * 10 a page unless `limit` says otherwise. Of a repost: those to its subject. Read on from a reply's id for the
   * replies to it.
   */
  @Get(':id/replies')
  @OptionallyAuthenticated()
  @Problems('post-not-found')
  listReplies(
    @Param('id', ParseId) postId: Id,
    @Query() query: PageQuery,
    @Reader() readerId: Id | undefined,
  ): Promise<PostPage> {
    return this.list('replies', postId, query, readerId);
  }

  /**
   * Quotes of a post, newest first
   *
   * 10 a page unless `limit` says otherwise. Of a repost: those of its subject.
   */
  @Get(':id/quotes')
  @OptionallyAuthenticated()
  @Problems('post-not-found')
  listQuotes(
    @Param('id', ParseId) postId: Id,
    @Query() query: PageQuery,
    @Reader() readerId: Id | undefined,
  ): Promise<PostPage> {
    return this.list('quotes', postId, query, readerId);
  }

  /**
   * Reposts of a post, newest first
   *
   * 10 a page unless `limit` says otherwise. Each has its author and its time; of a repost: those of its subject.
   */
  @Get(':id/reposts')
  @OptionallyAuthenticated()
  @Problems('post-not-found')
  listReposts(
    @Param('id', ParseId) postId: Id,
    @Query() query: PageQuery,
    @Reader() readerId: Id | undefined,
  ): Promise<PostPage> {
    return this.list('reposts', postId, query, readerId);
  }

  private list(
    kind: ResponseKind,
    postId: Id,
    query: PageQuery,
    readerId: Id | undefined,
  ): Promise<PostPage> {
    return this.pages.respond({ name: kind, filters: { postId }, defaultLimit: 10 }, query, (page) =>
      this.listing.execute({ kind, postId, readerId, page }),
    );
  }

  private answer(
    { post, created, usedToday }: Published,
    actor: Actor,
    reply: FastifyReply,
  ): Promise<PostView> {
    if (created) reply.request.usedQuota = { used: usedToday, at: timeOf(post.id) };
    reply.status(created ? 201 : 200).header('Location', `/v1/posts/${post.id}`);
    return this.views.one(post.id, actor.id);
  }
}
