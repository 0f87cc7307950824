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
import { ServiceUnavailable } from '../../shared/errors.js';
import { type Id, type Ids, LOWEST_ID } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import { duplicateFields, type MongoDatabase } from './mongo-database.js';
import type { NotificationDocument, Uuid } from './mongo-documents.js';
import { toId, toUuid, within } from './mongo-ids.js';

const LATE_ATTEMPTS = 3;

export class MongoNotificationStore extends NotificationStore {
  constructor(
    private readonly db: MongoDatabase,
    private readonly ids: Ids,
  ) {
    super();
  }

  async add(notifications: readonly NewNotification[]): Promise<void> {
    for (const notification of notifications) await this.addOne(notification);
  }

  list(recipientId: Id, types: readonly NotificationType[], stretch: Stretch): Promise<Notification[]> {
    const { filter, options } = within('_id', stretch);
    const ofTypes = types.length > 0 ? { type: { $in: [...new Set(types)] } } : {};
    return this.db.run(async () => {
      const find = { recipientId: toUuid(recipientId), ...ofTypes, ...filter };
      const found = await this.db
        .collection('notifications')
        .find(find, { ...options, projection: { once: 0 } })
        .toArray();
      return found.map(toNotification);
    });
  }

  ofEverybody(stretch: Stretch): Promise<Told[]> {
    const { filter, options } = within('_id', stretch);
    return this.db.run(async () => {
      const found = await this.db
        .collection('notifications')
        .find(filter, { ...options, projection: { recipientId: 1 } })
        .toArray();
      return found.map(({ _id, recipientId }) => ({ id: toId(_id), recipientId: toId(recipientId) }));
    });
  }

  async unread(recipientId: Id): Promise<UnreadState> {
    const newer = { recipientId: toUuid(recipientId), $expr: { $gt: ['$_id', '$$last'] } };
    const pipeline = [
      { $match: { _id: toUuid(recipientId) } },
      { $project: { lastReadId: 1 } },
      {
        $lookup: {
          from: 'notifications',
          let: { last: { $ifNull: ['$lastReadId', toUuid(LOWEST_ID)] } },
          pipeline: [{ $match: newer }, { $count: 'count' }],
          as: 'unread',
        },
      },
    ];
    const users = this.db.collection('users');
    const [state] = await this.db.run(() =>
      users.aggregate<{ lastReadId?: Uuid; unread: { count: number }[] }>(pipeline).toArray(),
    );
    const lastReadId = state?.lastReadId;
    return { ...(lastReadId && { lastReadId: toId(lastReadId) }), unreadCount: state?.unread[0]?.count ?? 0 };
  }

  async markRead(recipientId: Id, id: Id): Promise<UnreadState | undefined> {
    const its = { _id: toUuid(id), recipientId: toUuid(recipientId) };
    const isTheirs = await this.db.run(async () => {
      if (!(await this.db.collection('notifications').findOne(its, { projection: { _id: 1 } }))) return false;
      await this.db
        .collection('users')
        .updateOne({ _id: its.recipientId }, { $max: { lastReadId: its._id } });
      return true;
    });
    return isTheirs ? this.unread(recipientId) : undefined;
  }

  private async addOne({ type, recipientId, actorId, postId, once }: NewNotification): Promise<void> {
    for (let attempt = 0; attempt < LATE_ATTEMPTS; attempt += 1) {
      const madeAt = this.db.now();
      const notification: NotificationDocument = {
        _id: toUuid(this.ids.next()),
        recipientId: toUuid(recipientId),
        type,
        actorId: toUuid(actorId),
        ...(postId !== undefined && { postId: toUuid(postId) }),
        once,
      };
      const unlessThere = {
        $cond: [{ $eq: [{ $type: '$type' }, 'missing'] }, { $literal: notification }, '$$ROOT'],
      };
      const key = { _id: notification._id, recipientId: notification.recipientId };
      try {
        const before = await this.db.writeInTime('notifications', key, {
          madeAt,
          ifInTime: unlessThere,
          ifLate: '$$ROOT',
        });
        if (before !== 'late') return;
      } catch (error) {
        // They were told.
        if (duplicateFields(error).includes('once')) return;
        throw error;
      }
    }
    throw new ServiceUnavailable(1);
  }
}

function toNotification({ _id, type, recipientId, actorId, postId }: NotificationDocument): Notification {
  return {
    id: toId(_id),
    type,
    recipientId: toId(recipientId),
    actorId: toId(actorId),
    ...(postId && { postId: toId(postId) }),
  };
}
