import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, Authenticated, CurrentUser } from '../../http/current-user.js';
import { InvalidParameter } from '../../http/http-errors.js';
import { Pages } from '../../http/pagination/pages.js';
import { Problems } from '../../http/problems.decorator.js';
import { NOTIFICATION_TYPES, type NotificationType } from './domain/notification.js';
import { MarkerView, MoveMarkerBody, NotificationPage, NotificationsQuery } from './notifications.dto.js';
import { ListNotifications } from './use-cases/list-notifications.js';
import { MoveMarker } from './use-cases/move-marker.js';

@ApiTags('notifications')
@Controller('v1/me/notifications')
export class NotificationsController {
  constructor(
    private readonly listing: ListNotifications,
    private readonly moving: MoveMarker,
    private readonly pages: Pages,
  ) {}

  /**
   * Your notifications, newest first
   *
   * 20 a page unless `limit` says otherwise. Reading them does not mark them as read: `PUT
   * /v1/me/notifications/marker` does.
   */
  @Get()
  @Authenticated()
  async listNotifications(
    @Query() query: NotificationsQuery,
    @CurrentUser() { id: readerId }: Actor,
  ): Promise<NotificationPage> {
    const types = typesOf(query.types);
    const list = { name: 'notifications', filters: { types: types.join() }, readerId, defaultLimit: 20 };
    let unreadCount = 0;
    const page = await this.pages.respond(list, query, async (request) => {
      const found = await this.listing.execute({ readerId, types, page: request });
      unreadCount = found.unreadCount;
      return found;
    });
    return Object.assign(page, { unreadCount });
  }

  /**
   * Mark notifications as read
   *
   * Everything up to `lastReadId`. The marker never moves back.
   */
  @Put('marker')
  @Authenticated()
  @Problems('validation-failed')
  async moveMarker(
    @Body() { lastReadId }: MoveMarkerBody,
    @CurrentUser() { id: readerId }: Actor,
  ): Promise<MarkerView> {
    const state = await this.moving.execute({ readerId, lastReadId: lastReadId.toLowerCase() });
    return { lastReadId: state.lastReadId ?? lastReadId, unreadCount: state.unreadCount };
  }
}

function typesOf(typed: string | undefined): NotificationType[] {
  if (typed === undefined) return [];
  const asked = new Set(typed.split(','));
  const types = NOTIFICATION_TYPES.filter((type) => asked.delete(type));
  if (asked.size > 0) {
    throw new InvalidParameter(
      'types',
      `must be one or more of ${NOTIFICATION_TYPES.join(', ')}, separated by commas.`,
    );
  }
  return types;
}
