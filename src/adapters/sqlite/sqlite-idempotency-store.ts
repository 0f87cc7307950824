import type { Clock } from '../../shared/clock.js';
import {
  IDEMPOTENCY_KEPT_MS,
  type IdempotencyKey,
  IdempotencyKeyInUse,
  IdempotencyStore,
  type KeptAnswer,
} from '../../shared/idempotency.js';
import type { Id } from '../../shared/ids.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { toBlob, toId } from './sqlite-ids.js';

export class SqliteIdempotencyStore extends IdempotencyStore {
  constructor(
    private readonly db: SqliteDatabase,
    private readonly clock: Clock,
  ) {
    super();
  }

  async find(digest: string): Promise<KeptAnswer | undefined> {
    const sql = 'SELECT * FROM idempotency WHERE digest = ? AND expires_at > ?';
    const row = this.db.get(sql, digest, this.clock.now());
    if (!row) return undefined;
    const body = row['body'];
    return {
      fingerprint: String(row['fingerprint']),
      postId: toId(row['post_id']),
      ...(typeof body === 'string' && { body }),
    };
  }

  keepBody(digest: string, body: string): Promise<void> {
    return this.db.write(() => {
      this.db.run('UPDATE idempotency SET body = ? WHERE digest = ?', body, digest);
    }, 'ordered');
  }

  /** Inside of a write. @throws IdempotencyKeyInUse */
  insert({ digest, fingerprint }: IdempotencyKey, postId: Id): void {
    const now = this.clock.now();
    this.db.run('DELETE FROM idempotency WHERE digest = ? AND expires_at <= ?', digest, now);
    this.db.run(
      `DELETE FROM idempotency WHERE digest IN (SELECT digest FROM idempotency WHERE expires_at <= ? LIMIT 10)`,
      now,
    );
    const sql = `INSERT INTO idempotency (digest, fingerprint, post_id, expires_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (digest) DO NOTHING`;
    const inserted = this.db.run(sql, digest, fingerprint, toBlob(postId), now + IDEMPOTENCY_KEPT_MS);
    if (inserted === 0) throw new IdempotencyKeyInUse();
  }
}
