import type {
  NewNotification,
  Notification,
  NotificationType,
} from '../../modules/notifications/domain/notification.js';
import {
  NotificationStore,
  type Told,
  type UnreadState,
} from '../../modules/notifications/notifications.ports.js';
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

  /** Who adds them repeats it when power is lost: no more than order is needed. */
  async add(notifications: readonly NewNotification[]): Promise<void> {
    if (notifications.length === 0) return;
    await this.db.write(() => {
      for (const { type, recipientId, actorId, postId, once } of notifications) {
        this.db.run(
          `INSERT INTO notifications (id, recipient_id, type, actor_id, post_id, once)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (recipient_id, once) DO NOTHING`,
          toBlob(stamp(this.db, this.ids, 'notifications')),
          toBlob(recipientId),
          type,
          toBlob(actorId),
          postId === undefined ? null : toBlob(postId),
          once,
        );
      }
    }, 'ordered');
  }

  async list(recipientId: Id, types: readonly NotificationType[], stretch: Stretch): Promise<Notification[]> {
    if (types.length > 0) return this.listTypes(recipientId, types, stretch).map(toNotification);
    const sql = 'SELECT * FROM notifications WHERE recipient_id = ?';
    return listStretch(this.db, sql, 'id', stretch, toBlob(recipientId)).map(toNotification);
  }

  /** Merges the lists of the types, so that rare types are not sought among all. */
  private listTypes(
    recipientId: Id,
    types: readonly NotificationType[],
    { from, before, newestFirst, limit }: Stretch,
  ): Row[] {
    const order = newestFirst ? 'DESC' : 'ASC';
    const sql = `
      SELECT notification.* FROM json_each(?1) AS asked CROSS JOIN notifications AS notification
        ON notification.id IN (
          SELECT id FROM notifications INDEXED BY notifications_by_type
          WHERE recipient_id = ?2 AND type = asked.value AND id >= ?3 AND id < ?4 ORDER BY id ${order} LIMIT ?5)
      ORDER BY notification.id ${order} LIMIT ?5`;
    const asked = JSON.stringify([...new Set(types)]);
    return this.db.all(sql, asked, toBlob(recipientId), toBlob(from), toBlob(before), limit);
  }

  async ofEverybody(stretch: Stretch): Promise<Told[]> {
    const sql = 'SELECT id, recipient_id FROM notifications WHERE true';
    return listStretch(this.db, sql, 'id', stretch).map((row) => ({
      id: toId(row['id']),
      recipientId: toId(row['recipient_id']),
    }));
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
    const sql = `
      SELECT last.id AS last_read_id, (
        SELECT count(*) FROM notifications WHERE recipient_id = ?1 AND id > ifnull(last.id, ?2)) AS unread
      FROM (SELECT (SELECT last_read_id FROM notification_markers WHERE recipient_id = ?1) AS id) AS last`;
    const row = this.db.get(sql, toBlob(recipientId), toBlob(LOWEST_ID));
    const marker = row?.['last_read_id'];
    return { ...(marker && { lastReadId: toId(marker) }), unreadCount: Number(row?.['unread']) };
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
