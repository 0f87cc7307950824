import { Changes } from '../../shared/changes.js';
import type { SqliteDatabase } from './sqlite-database.js';

export class SqliteChanges extends Changes {
  private commits = 0;
  private othersCommits?: number;

  constructor(private readonly db: SqliteDatabase) {
    super();
    db.onCommit(() => (this.commits += 1));
  }

  version(): number {
    return this.commits + (this.othersCommits ?? this.readOthersCommits());
  }

  /** `data_version` counts the commits of other connections. It is asked once in a turn of the event loop. */
  private readOthersCommits(): number {
    setImmediate(() => delete this.othersCommits);
    this.othersCommits = Number(this.db.get('PRAGMA data_version')?.['data_version']);
    return this.othersCommits;
  }
}
