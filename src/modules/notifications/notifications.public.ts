export { NotificationStore } from './notifications.ports.js';
