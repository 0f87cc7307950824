import { RefreshTokenStore } from '../../modules/accounts/accounts.ports.js';
import type { Clock } from '../../shared/clock.js';
import type { Id, Ids } from '../../shared/ids.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { toBlob, toId } from './sqlite-ids.js';

export class SqliteRefreshTokenStore extends RefreshTokenStore {
  constructor(
    private readonly db: SqliteDatabase,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {
    super();
  }

  open(userId: Id, digest: string, expiresAt: number): Promise<void> {
    return this.db.write(() => this.insert(digest, toBlob(this.ids.next()), userId, expiresAt));
  }

  rotate(digest: string, nextDigest: string, expiresAt: number): Promise<Id | undefined> {
    return this.db.write(() => {
      const row = this.db.get('SELECT * FROM refresh_tokens WHERE digest = ?', digest);
      const family = row?.['family'];
      if (!row || !family || Number(row['expires_at']) <= this.clock.now()) return undefined;
      if (row['traded'] === 1) {
        this.db.run('DELETE FROM refresh_tokens WHERE family = ?', family);
        return undefined;
      }
      this.db.run('UPDATE refresh_tokens SET traded = 1 WHERE digest = ?', digest);
      const userId = toId(row['user_id']);
      this.insert(nextDigest, family as Uint8Array, userId, expiresAt);
      return userId;
    });
  }

  end(digest: string): Promise<void> {
    return this.db.write(() => {
      const sql =
        'DELETE FROM refresh_tokens WHERE family = (SELECT family FROM refresh_tokens WHERE digest = ?)';
      this.db.run(sql, digest);
    });
  }

  private insert(digest: string, family: Uint8Array, userId: Id, expiresAt: number): void {
    this.db.run(
      `DELETE FROM refresh_tokens WHERE digest IN (SELECT digest FROM refresh_tokens WHERE expires_at <= ? LIMIT 10)`,
      this.clock.now(),
    );
    const sql = 'INSERT INTO refresh_tokens (digest, family, user_id, expires_at) VALUES (?, ?, ?, ?)';
    this.db.run(sql, digest, family, toBlob(userId), expiresAt);
  }
}
