import { Module } from '@nestjs/common';
import { PostsModule } from '../posts/posts.public.js';
import { TimelinesController } from './timelines.controller.js';
import { Deliver } from './deliver.js';
import { ReadTimeline } from './use-cases/read-timeline.js';

@Module({
  imports: [PostsModule],
  controllers: [TimelinesController],
  providers: [ReadTimeline, Deliver],
})
export class TimelinesModule {}
