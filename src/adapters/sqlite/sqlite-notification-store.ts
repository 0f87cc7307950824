import type {
  NewNotification,
  Notification,
  NotificationType,
} from '../../modules/notifications/domain/notification.js';
import { NotificationStore, type UnreadState } from '../../modules/notifications/notifications.ports.js';
import { type Id, type Ids, LOWEST_ID } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { Row, SqliteDatabase } from './sqlite-database.js';
import { listStretch, stamp, toBlob, toId } from './sqlite-ids.js';

export class SqliteNotificationStore extends NotificationStore {
  constructor(
    private readonly db: SqliteDatabase,
    private readonly ids: Ids,
  ) {
    super();
  }

  async add(notifications: readonly NewNotification[]): Promise<void> {
    if (notifications.length === 0) return;
    await this.db.write(() => {
      for (const { type, recipientId, actorId, postId, once } of notifications) {
        this.db.run(
          `INSERT OR IGNORE INTO notifications (id, recipient_id, type, actor_id, post_id, once)
           VALUES (?, ?, ?, ?, ?, ?)`,
          toBlob(stamp(this.db, this.ids, 'notifications')),
          toBlob(recipientId),
          type,
          toBlob(actorId),
          postId === undefined ? null : toBlob(postId),
          once,
        );
      }
    });
  }

  async list(recipientId: Id, types: readonly NotificationType[], stretch: Stretch): Promise<Notification[]> {
    const ofTypes = types.length === 0 ? '' : ` AND type IN (SELECT value FROM json_each(?))`;
    const sql = `SELECT * FROM notifications WHERE recipient_id = ?${ofTypes}`;
    const values = types.length === 0 ? [] : [JSON.stringify(types)];
    const rows = listStretch(this.db, sql, 'id', stretch, toBlob(recipientId), ...values);
    return rows.map(toNotification);
  }

  async unread(recipientId: Id): Promise<UnreadState> {
    return this.state(recipientId);
  }

  async markRead(recipientId: Id, id: Id): Promise<UnreadState | undefined> {
    const sql = 'SELECT 1 FROM notifications WHERE id = ? AND recipient_id = ?';
    if (!this.db.get(sql, toBlob(id), toBlob(recipientId))) return undefined;
    return this.db.write(() => {
      this.db.run(
        `INSERT INTO notification_markers (recipient_id, last_read_id) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET last_read_id = max(last_read_id, excluded.last_read_id)`,
        toBlob(recipientId),
        toBlob(id),
      );
      return this.state(recipientId);
    });
  }

  private state(recipientId: Id): UnreadState {
    const sql = 'SELECT last_read_id FROM notification_markers WHERE recipient_id = ?';
    const marker = this.db.get(sql, toBlob(recipientId))?.['last_read_id'];
    const lastReadId = marker ? toId(marker) : undefined;
    const count = this.db.get(
      'SELECT count(*) AS unread FROM notifications WHERE recipient_id = ? AND id > ?',
      toBlob(recipientId),
      toBlob(lastReadId ?? LOWEST_ID),
    );
    return { ...(lastReadId && { lastReadId }), unreadCount: Number(count?.['unread']) };
  }
}

function toNotification(row: Row): Notification {
  const postId = row['post_id'];
  return {
    id: toId(row['id']),
    type: row['type'] as NotificationType,
    recipientId: toId(row['recipient_id']),
    actorId: toId(row['actor_id']),
    ...(postId && { postId: toId(postId) }),
  };
}
