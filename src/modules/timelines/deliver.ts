import { Injectable } from '@nestjs/common';
import { EventHandlers } from '../../events/event-handlers.js';
import type { PostPublished } from '../posts/posts.public.js';
import { FanOut } from './timelines.ports.js';

/** Hands new posts to the fan-out. It may wait for its technology: nothing else waits for it. */
@Injectable()
export class Deliver {
  constructor(fanOut: FanOut, handlers: EventHandlers) {
    handlers.on<PostPublished>(
      'post-published',
      async ({ data: { post } }) => {
        if (post.kind !== 'reply') await fanOut.push(post);
      },
      'go-on',
    );
  }
}
