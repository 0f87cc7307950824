import type { Id } from '../../../shared/ids.js';

export const NOTIFICATION_TYPES = ['follow', 'reply', 'repost', 'quote', 'mention'] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

export interface NewNotification {
  readonly type: NotificationType;
  readonly recipientId: Id;
  readonly actorId: Id;
  /** The new post, or of a repost the post reposted; of a follow none. */
  readonly postId?: Id;
  /** A recipient is told once under this name, whatever happens again. */
  readonly once: string;
}

export interface Notification extends Omit<NewNotification, 'once'> {
  readonly id: Id;
}
