import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { RoundTrips } from '../../shared/round-trips.js';
import { migrate } from './migrations.js';

/** What a column can hold. */
export type SqlValue = null | number | string | Uint8Array;
/** Integers beyond 2^53 do not occur: counts and times are below. */
export type Row = Record<string, SqlValue>;

/** The timeout comes first: another process may be opening the same file. */
const PRAGMAS = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32768;
  PRAGMA mmap_size = 268435456;
`;
/** Bounds how long reads wait behind one commit. */
const WRITES_PER_COMMIT = 200;

/**
 * `durable`: survives the loss of power once it is answered. `ordered`: survives the end of the process; power lost
 * right after may undo it, together with everything written later. For what is repeated then anyway.
 */
export type Durability = 'durable' | 'ordered';

interface QueuedWrite {
  readonly work: () => unknown;
  readonly durability: Durability;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One SQLite file, or one database in memory. Reads run at once. Writes that wait in the same turn of the event loop
 * are committed together (group commit): one durable commit serves them all, and nobody is answered before it.
 */
export class SqliteDatabase {
  private readonly connection: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private readonly commitListeners: (() => void)[] = [];
  private queue: QueuedWrite[] = [];
  private scheduled = false;
  private others?: number;
  private durability: Durability = 'durable';

  /** `url`: `sqlite:` and a path, whose folder is made when missing, or `sqlite::memory:`. */
  constructor(url: string) {
    const file = url.replace(/^sqlite:/, '');
    if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true });
    this.connection = new DatabaseSync(file);
    this.connection.exec(PRAGMAS);
    migrate(this.connection);
  }

  /** The first row, or nothing. */
  get(sql: string, ...values: SqlValue[]): Row | undefined {
    this.count(sql);
    return this.statement(sql).get(...values) as Row | undefined;
  }

  all(sql: string, ...values: SqlValue[]): Row[] {
    this.count(sql);
    return this.statement(sql).all(...values) as Row[];
  }

  /** Answers how many rows were changed. Only inside of `write`. */
  run(sql: string, ...values: SqlValue[]): number {
    const statement = this.statement(sql);
    // It also reports the last rowid, which FTS5 takes beyond 2^53 when it forgets a text: as a number that would throw.
    statement.setReadBigInts(true);
    return Number(statement.run(...values).changes);
  }

  /**
   * Runs `work` in a transaction. When it throws, nothing of it stays, and the promise rejects with its error; else
   * the promise resolves once everything is committed.
   */
  write<Result>(work: () => Result, durability: Durability = 'durable'): Promise<Result> {
    RoundTrips.happened('database');
    return new Promise((resolve, reject) => {
      this.queue.push({ work, durability, resolve: resolve as (value: unknown) => void, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => this.commitQueue());
    });
  }

  /** Calls `listener` after every commit. */
  onCommit(listener: () => void): void {
    this.commitListeners.push(listener);
  }

  /** Another number after commits of other connections to the same file. It is asked once in a turn of the event loop. */
  othersCommits(): number {
    if (this.others === undefined) {
      setImmediate(() => delete this.others);
      this.others = Number(this.get('PRAGMA data_version')?.['data_version']);
    }
    return this.others;
  }

  /** Commits what waits, then closes the file. */
  close(): void {
    while (this.queue.length > 0) this.commitQueue();
    this.statements.clear();
    this.connection.close();
  }

  private commitQueue(): void {
    const batch = this.queue.slice(0, WRITES_PER_COMMIT);
    this.queue = this.queue.slice(WRITES_PER_COMMIT);
    this.scheduled = this.queue.length > 0;
    if (this.scheduled) setImmediate(() => this.commitQueue());
    if (batch.length === 0) return;
    const settled: (() => void)[] = [];
    try {
      this.require(batch.some(({ durability }) => durability === 'durable') ? 'durable' : 'ordered');
      this.connection.exec('BEGIN IMMEDIATE');
      for (const write of batch) settled.push(this.attempt(write));
      this.connection.exec('COMMIT');
    } catch (error) {
      if (this.connection.isOpen && this.connection.isTransaction) this.connection.exec('ROLLBACK');
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const settle of settled) settle();
    for (const listener of this.commitListeners) listener();
  }

  /** The log is written in order, so that what is durable makes everything before it durable too. */
  private require(durability: Durability): void {
    if (durability === this.durability) return;
    this.connection.exec(`PRAGMA synchronous = ${durability === 'durable' ? 'FULL' : 'NORMAL'}`);
    this.durability = durability;
  }

  /** What a write reads is part of it; a pragma reads no data. */
  private count(sql: string): void {
    if (!this.connection.isTransaction && !sql.startsWith('PRAGMA')) RoundTrips.happened('database');
  }

  private attempt({ work, resolve, reject }: QueuedWrite): () => void {
    this.run('SAVEPOINT one');
    try {
      const result = work();
      this.run('RELEASE one');
      return () => resolve(result);
    } catch (error) {
      // A full disk makes SQLite undo the whole transaction, this savepoint included.
      if (!this.connection.isTransaction) throw error;
      this.run('ROLLBACK TO one');
      this.run('RELEASE one');
      return () => reject(error);
    }
  }

  private statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.connection.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}
