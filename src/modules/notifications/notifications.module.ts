import { Module } from '@nestjs/common';
import { PostsModule } from '../posts/posts.public.js';
import { NotificationViews } from './notification-views.js';
import { NotificationsController } from './notifications.controller.js';
import { Notify } from './notify.js';
import { ListNotifications } from './use-cases/list-notifications.js';
import { MoveMarker } from './use-cases/move-marker.js';

@Module({
  imports: [PostsModule],
  controllers: [NotificationsController],
  providers: [ListNotifications, MoveMarker, NotificationViews, Notify],
  exports: [NotificationViews],
})
export class NotificationsModule {}
