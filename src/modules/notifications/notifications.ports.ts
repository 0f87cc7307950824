import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { NewNotification, Notification, NotificationType } from './domain/notification.js';

export interface UnreadState {
  /** The newest notification marked as read; absent: none yet. */
  readonly lastReadId?: Id;
  readonly unreadCount: number;
}

/** A notification was there for its recipient. */
export type Told = Pick<Notification, 'id' | 'recipientId'>;

/** Keeps what users are told. */
export abstract class NotificationStore {
  /** Gives each its id and stores it, unless its recipient was told under the same `once` before. */
  abstract add(notifications: readonly NewNotification[]): Promise<void>;

  /** Newest or oldest first; of the given types only, all when there are none. */
  abstract list(
    recipientId: Id,
    types: readonly NotificationType[],
    stretch: Stretch,
  ): Promise<Notification[]>;

  /** Everybody's notifications, each with no more than whose it is. */
  abstract ofEverybody(stretch: Stretch): Promise<Told[]>;

  abstract unread(recipientId: Id): Promise<UnreadState>;

  /**
   * Marks everything up to `id` as read; never moves back. Answers the state afterwards, or nothing when `id` is
   * not a notification of the recipient.
   */
  abstract markRead(recipientId: Id, id: Id): Promise<UnreadState | undefined>;
}
