import { type Secret, type SecretPurpose, SecretStore } from '../../modules/accounts/accounts.ports.js';
import { type Ids, lowestIdAt, timeOf } from '../../shared/ids.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { stamp, toBlob, toId } from './sqlite-ids.js';

export class SqliteSecretStore extends SecretStore {
  constructor(
    private readonly db: SqliteDatabase,
    private readonly ids: Ids,
  ) {
    super();
  }

  async list(purpose: SecretPurpose): Promise<Secret[]> {
    const rows = this.db.all('SELECT id, value FROM secrets WHERE purpose = ? ORDER BY id', purpose);
    return rows.map((row) => ({ id: toId(row['id']), value: String(row['value']) }));
  }

  add(purpose: SecretPurpose, value: string, unlessNewerThan: number): Promise<void> {
    return this.db.write(() => {
      const newest = this.db.get('SELECT max(id) AS id FROM secrets WHERE purpose = ?', purpose)?.['id'];
      if (newest && timeOf(toId(newest)) > unlessNewerThan) return;
      const sql = 'INSERT INTO secrets (id, purpose, value) VALUES (?, ?, ?)';
      this.db.run(sql, toBlob(stamp(this.db, this.ids, 'secrets')), purpose, value);
    });
  }

  removeOlderThan(purpose: SecretPurpose, ms: number): Promise<void> {
    return this.db.write(() => {
      this.db.run('DELETE FROM secrets WHERE purpose = ? AND id < ?', purpose, toBlob(lowestIdAt(ms)));
    });
  }
}
