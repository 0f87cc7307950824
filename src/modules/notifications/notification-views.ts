import { Injectable } from '@nestjs/common';
import { rfc3339 } from '../../shared/clock.js';
import { type Id, timeOf } from '../../shared/ids.js';
import { PostViews } from '../posts/posts.public.js';
import { UserStore } from '../users/users.public.js';
import type { Notification } from './domain/notification.js';
import type { NotificationView } from './notifications.dto.js';
import { NotificationStore } from './notifications.ports.js';

/** Builds what is answered about notifications, always in a constant number of commands. */
@Injectable()
export class NotificationViews {
  constructor(
    private readonly notifications: NotificationStore,
    private readonly posts: PostViews,
    private readonly users: UserStore,
  ) {}

  /** Of the reader's notifications, in their order. */
  async of(
    notifications: readonly Notification[],
    readerId: Id,
  ): Promise<{ views: NotificationView[]; unreadCount: number }> {
    const [posts, actors, unread] = await Promise.all([
      this.posts.embedded([...new Set(notifications.flatMap(({ postId }) => postId ?? []))], readerId),
      this.users.summaries([...new Set(notifications.map(({ actorId }) => actorId))]),
      this.notifications.unread(readerId),
    ]);
    const views = notifications.map(({ id, type, actorId, postId }): NotificationView => {
      const post = postId === undefined ? undefined : posts.get(postId);
      return {
        id,
        type,
        createdAt: rfc3339(timeOf(id)),
        actor: { id: actorId, username: actors.get(actorId)?.username ?? '' },
        ...(post && { post }),
        read: unread.lastReadId !== undefined && id <= unread.lastReadId,
      };
    });
    return { views, unreadCount: unread.unreadCount };
  }
}
