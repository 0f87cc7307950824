import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { type Page, type PageRequest, readPage } from '../../../shared/page.js';
import type { Notification, NotificationType } from '../domain/notification.js';
import { NotificationViews } from '../notification-views.js';
import type { NotificationView } from '../notifications.dto.js';
import { NotificationStore } from '../notifications.ports.js';

@Injectable()
export class ListNotifications {
  constructor(
    private readonly notifications: NotificationStore,
    private readonly views: NotificationViews,
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
    const { views, unreadCount } = await this.views.of(page.items, readerId);
    return { ...page, items: views, unreadCount };
  }
}
