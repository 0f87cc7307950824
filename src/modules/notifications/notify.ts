import { Injectable } from '@nestjs/common';
import { EventHandlers } from '../../events/event-handlers.js';
import type { UserFollowed } from '../follows/follows.public.js';
import type { PostPublished } from '../posts/posts.public.js';
import { ofFollow, ofPost } from './domain/notification.js';
import { NotificationStore } from './notifications.ports.js';

/** Tells people what others did. Being told twice of the same is impossible, so events may come again. */
@Injectable()
export class Notify {
  constructor(
    private readonly notifications: NotificationStore,
    handlers: EventHandlers,
  ) {
    handlers.on<PostPublished>('post-published', ({ data }) =>
      this.notifications.add(ofPost(data.post, data.referredAuthorId)),
    );
    handlers.on<UserFollowed>('user-followed', ({ actorId, data }) =>
      this.notifications.add(ofFollow(actorId, data.followedId)),
    );
  }
}
