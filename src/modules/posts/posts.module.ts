import { Module } from '@nestjs/common';
import { AnswerRebuilder } from '../../http/idempotency/answer-rebuilder.js';
import { DailyQuota } from '../../http/throttling/daily-quota.js';
import { ModerationController } from './moderation.controller.js';
import { PostViews } from './post-views.js';
import { PostsController } from './posts.controller.js';
import { QuotaController } from './quota.controller.js';
import { ListResponses } from './use-cases/list-responses.js';
import { Publishing } from './use-cases/publishing.js';
import { PublishPost } from './use-cases/publish-post.js';
import { QuotePost } from './use-cases/quote-post.js';
import { ReadQuota } from './use-cases/read-quota.js';
import { ReplyToPost } from './use-cases/reply-to-post.js';
import { Repost } from './use-cases/repost.js';

@Module({
  controllers: [PostsController, QuotaController, ModerationController],
  providers: [
    PostViews,
    Publishing,
    PublishPost,
    QuotePost,
    ReplyToPost,
    Repost,
    ListResponses,
    ReadQuota,
    {
      provide: AnswerRebuilder,
      inject: [PostViews],
      useFactory: (views: PostViews): AnswerRebuilder => ({
        rebuild: (postId, userId) => views.one(postId, userId),
      }),
    },
    {
      provide: DailyQuota,
      inject: [ReadQuota],
      useFactory: (reading: ReadQuota): DailyQuota => ({
        of: (userId, known) => reading.execute({ userId, known }),
      }),
    },
  ],
  exports: [PostViews, AnswerRebuilder, DailyQuota],
})
export class PostsModule {}
