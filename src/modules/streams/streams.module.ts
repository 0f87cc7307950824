import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/notifications.public.js';
import { PostsModule } from '../posts/posts.public.js';
import { EventIdKey } from './event-ids.js';
import { Live } from './live.js';
import { StreamLimit } from './stream-limit.js';
import { StreamsController } from './streams.controller.js';
import { StreamTimelines } from './use-cases/stream-timelines.js';

@Module({
  imports: [PostsModule, NotificationsModule],
  controllers: [StreamsController],
  providers: [EventIdKey, Live, StreamLimit, StreamTimelines],
})
export class StreamsModule {}
