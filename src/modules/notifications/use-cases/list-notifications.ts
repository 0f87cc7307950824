import { Injectable } from '@nestjs/common';
import { rfc3339 } from '../../../shared/clock.js';
import { type Id, timeOf } from '../../../shared/ids.js';
import { type Page, type PageRequest, readPage } from '../../../shared/page.js';
import { PostViews } from '../../posts/posts.public.js';
import { UserStore } from '../../users/users.public.js';
import type { Notification, NotificationType } from '../domain/notification.js';
import type { NotificationView } from '../notifications.dto.js';
import { NotificationStore } from '../notifications.ports.js';

@Injectable()
export class ListNotifications {
  constructor(
    private readonly notifications: NotificationStore,
    private readonly posts: PostViews,
    private readonly users: UserStore,
  ) {}

  /** Newest first; of the given types, all when there are none. */
  async execute(input: {
    readerId: Id;
    types: readonly NotificationType[];
    page: PageRequest;
  }): Promise<Page<NotificationView> & { unreadCount: number }> {
    const { readerId, types } = input;
    const page = await readPage<Notification>(
      'newest-first',
      input.page,
      (stretch) => this.notifications.list(readerId, types, stretch),
      (notification) => notification.id,
    );
    const [posts, actors, unread] = await Promise.all([
      this.posts.embedded([...new Set(page.items.flatMap(({ postId }) => postId ?? []))], readerId),
      this.users.summaries([...new Set(page.items.map(({ actorId }) => actorId))]),
      this.notifications.unread(readerId),
    ]);
    const items = page.items.map(({ id, type, actorId, postId }): NotificationView => {
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
    return { ...page, items, unreadCount: unread.unreadCount };
  }
}
