import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID } from 'class-validator';
import { PageQuery } from '../../http/pagination/page-query.dto.js';
import { pageOf } from '../../http/pagination/page-of.js';
import { EmbeddedPostView } from '../posts/posts.public.js';
import { NOTIFICATION_TYPES, type NotificationType } from './domain/notification.js';

@ApiSchema({ description: 'Who did it.' })
export class ActorView {
  /** @example '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e40' */
  id!: string;
  /** @example 'Grace' */
  username!: string;
}

@ApiSchema({ description: 'Something that somebody did and that concerns the reader.' })
export class NotificationView {
  /** @example '0192b3f6-2b3c-7d4e-8f50-6b7c8d9e0f1a' */
  id!: string;
  /** What was done: the reader was followed, answered, reposted, quoted or mentioned. */
  @ApiProperty({ enum: NOTIFICATION_TYPES, enumName: 'NotificationType' })
  type!: NotificationType;
  /**
   * RFC 3339, UTC.
   * @example '2026-03-25T09:30:00.000Z'
   */
  createdAt!: string;
  actor!: ActorView;
  /** The new post, or of a repost the post reposted. Left out of a follow, and when the post is hidden. */
  post?: EmbeddedPostView;
  /**
   * At or before the marker.
   * @example false
   */
  read!: boolean;
}

@ApiSchema({ description: 'A page of notifications.' })
export class NotificationPage extends pageOf(NotificationView) {
  /**
   * All unread notifications of the reader, whatever the filter.
   * @example 3
   */
  unreadCount!: number;
}

export class NotificationsQuery extends PageQuery {
  /**
   * Only these types, separated by commas.
   * @example 'reply,mention'
   */
  @IsOptional()
  @IsString()
  types?: string;
}

@ApiSchema({ description: 'What to mark as read.' })
export class MoveMarkerBody {
  /**
   * Everything up to this notification is read.
   * @example '0192b3f6-2b3c-7d4e-8f50-6b7c8d9e0f1a'
   */
  @IsUUID()
  lastReadId!: string;
}

@ApiSchema({ description: 'Up to where the reader has read.' })
export class MarkerView {
  /** @example '0192b3f6-2b3c-7d4e-8f50-6b7c8d9e0f1a' */
  lastReadId!: string;
  /** @example 0 */
  unreadCount!: number;
}
