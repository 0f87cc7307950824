import { AccountStore, type NewAccount } from '../../modules/accounts/accounts.ports.js';
import { SubjectTaken } from '../../modules/accounts/domain/account.errors.js';
import type { Id, Ids } from '../../shared/ids.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { stamp, toBlob, toId } from './sqlite-ids.js';
import { insertUser } from './sqlite-user-store.js';

export class SqliteAccountStore extends AccountStore {
  constructor(
    private readonly db: SqliteDatabase,
    private readonly ids: Ids,
  ) {
    super();
  }

  register(account: NewAccount): Promise<Id> {
    return this.db.write(() => {
      const { credential } = account;
      const id = stamp(this.db, this.ids, 'users');
      if ('subject' in credential && this.subject(credential.issuer, credential.subject))
        throw new SubjectTaken();
      insertUser(this.db, id, account);
      const [hash, issuer, subject] =
        'subject' in credential
          ? [null, credential.issuer, credential.subject]
          : [credential.passwordHash, null, null];
      const sql = 'INSERT INTO accounts (user_id, password_hash, issuer, subject) VALUES (?, ?, ?, ?)';
      this.db.run(sql, toBlob(id), hash, issuer, subject);
      return id;
    });
  }

  async findPassword(username: string): Promise<{ userId: Id; passwordHash: string } | undefined> {
    const sql = `SELECT user_id, password_hash FROM users JOIN accounts ON user_id = id
      WHERE username_lower = ? AND password_hash IS NOT NULL`;
    const row = this.db.get(sql, username.toLowerCase());
    return row && { userId: toId(row['user_id']), passwordHash: String(row['password_hash']) };
  }

  async findSubject(issuer: string, subject: string): Promise<Id | undefined> {
    return this.subject(issuer, subject);
  }

  private subject(issuer: string, subject: string): Id | undefined {
    const row = this.db.get('SELECT user_id FROM accounts WHERE issuer = ? AND subject = ?', issuer, subject);
    return row && toId(row['user_id']);
  }
}
