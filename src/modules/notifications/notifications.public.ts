export type { Notification } from './domain/notification.js';
export { NotificationViews } from './notification-views.js';
export { NotificationView } from './notifications.dto.js';
export { NotificationsModule } from './notifications.module.js';
export { NotificationStore, type Told } from './notifications.ports.js';
