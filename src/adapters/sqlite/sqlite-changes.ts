import { Changes } from '../../shared/changes.js';
import type { SqliteDatabase } from './sqlite-database.js';

export class SqliteChanges extends Changes {
  private commits = 0;

  constructor(private readonly db: SqliteDatabase) {
    super();
    db.onCommit(() => (this.commits += 1));
  }

  version(): number {
    return this.commits + this.db.othersCommits();
  }
}
