import { type Follow, FollowStore } from '../../modules/follows/follows.ports.js';
import type { Relation } from '../../modules/users/users.ports.js';
import type { DomainEvent } from '../../shared/events.js';
import type { Id, Ids } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { idsIn, listStretch, stamp, toBlob, toId, toJson } from './sqlite-ids.js';
import type { SqliteOutbox } from './sqlite-outbox.js';

export class SqliteFollowStore extends FollowStore {
  constructor(
    private readonly db: SqliteDatabase,
    private readonly ids: Ids,
    private readonly outbox: SqliteOutbox,
  ) {
    super();
  }

  follow(followerId: Id, followedId: Id, events: readonly DomainEvent[]): Promise<Relation> {
    return this.db.write(() => {
      const id = stamp(this.db, this.ids, 'follows');
      const sql =
        'INSERT INTO follows (follower_id, followed_id, id) VALUES (?, ?, ?) ON CONFLICT (follower_id, followed_id) DO NOTHING';
      if (this.db.run(sql, toBlob(followerId), toBlob(followedId), toBlob(id)) > 0) {
        this.count(followerId, followedId, 1);
        this.outbox.append(events);
      }
      return this.relation(followerId, followedId);
    });
  }

  unfollow(followerId: Id, followedId: Id): Promise<Relation> {
    return this.db.write(() => {
      const sql = 'DELETE FROM follows WHERE follower_id = ? AND followed_id = ?';
      if (this.db.run(sql, toBlob(followerId), toBlob(followedId)) > 0)
        this.count(followerId, followedId, -1);
      return this.relation(followerId, followedId);
    });
  }

  async followersOf(userId: Id, stretch: Stretch): Promise<Follow[]> {
    const sql = 'SELECT id, follower_id AS user_id FROM follows WHERE followed_id = ?';
    return this.list(sql, userId, stretch);
  }

  async followedBy(userId: Id, stretch: Stretch): Promise<Follow[]> {
    const sql = 'SELECT id, followed_id AS user_id FROM follows WHERE follower_id = ?';
    return this.list(sql, userId, stretch);
  }

  async followersAmong(userIds: readonly Id[], followedId: Id): Promise<Id[]> {
    const sql = `SELECT id FROM ${idsIn('?')} AS asked
      WHERE EXISTS (SELECT 1 FROM follows WHERE follower_id = asked.id AND followed_id = ?)`;
    return this.db.all(sql, toJson(userIds), toBlob(followedId)).map((row) => toId(row['id']));
  }

  private list(sql: string, userId: Id, stretch: Stretch): Follow[] {
    const rows = listStretch(this.db, sql, 'id', stretch, toBlob(userId));
    return rows.map((row) => ({ id: toId(row['id']), userId: toId(row['user_id']) }));
  }

  private count(followerId: Id, followedId: Id, by: 1 | -1): void {
    const sql = (column: string): string => `UPDATE users SET ${column} = ${column} + ? WHERE id = ?`;
    this.db.run(sql('following_count'), by, toBlob(followerId));
    this.db.run(sql('followers_count'), by, toBlob(followedId));
  }

  private relation(readerId: Id, userId: Id): Relation {
    const follows = (a: Id, b: Id): boolean => {
      const sql = 'SELECT 1 FROM follows WHERE follower_id = ? AND followed_id = ?';
      return this.db.get(sql, toBlob(a), toBlob(b)) !== undefined;
    };
    return { following: follows(readerId, userId), followedBy: follows(userId, readerId) };
  }
}
