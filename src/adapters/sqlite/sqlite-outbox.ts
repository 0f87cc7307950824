import type { Clock } from '../../shared/clock.js';
import { type DomainEvent, Outbox, type OutboxEvent } from '../../shared/events.js';
import type { Row, SqliteDatabase } from './sqlite-database.js';
import { toBlob, toId } from './sqlite-ids.js';

const AVAILABLE = `
  FROM outbox event
  WHERE available_at <= ?1 AND NOT EXISTS (
    SELECT 1 FROM outbox earlier
    WHERE earlier.actor_id = event.actor_id AND earlier.position < event.position AND earlier.available_at > ?1
      AND earlier.alone = 0)`;

/**
 * An event that is leased or waits for its retry is available later. Events are stored durably with their facts; what
 * becomes of them needs no more than its order, since an event that comes back is handed on again.
 */
export class SqliteOutbox extends Outbox {
  private readonly listeners: (() => void)[] = [];
  private appended = false;

  constructor(
    private readonly db: SqliteDatabase,
    private readonly clock: Clock,
  ) {
    super();
    db.onCommit(() => this.announce());
  }

  /**
   * Ends every lease: for the start of a process, when whoever held them has most likely died. Should another process
   * on the same file still work on some, these take effect once all the same.
   */
  release(): Promise<void> {
    return this.db.write(() => {
      this.db.run('UPDATE outbox SET available_at = 0 WHERE available_at > 0');
    });
  }

  /** Inside of a write: stores events together with what it stores. */
  append(events: readonly DomainEvent[]): void {
    for (const { type, actorId, data } of events) {
      const sql = 'INSERT INTO outbox (type, actor_id, data) VALUES (?, ?, ?)';
      this.db.run(sql, type, toBlob(actorId), JSON.stringify(data));
      this.appended = true;
    }
  }

  async claim(limit: number, leaseMs: number): Promise<OutboxEvent[]> {
    if (!this.db.get(`SELECT 1 ${AVAILABLE} LIMIT 1`, this.clock.now())) return [];
    return this.db.write(() => {
      const now = this.clock.now();
      const rows = this.db.all(`SELECT * ${AVAILABLE} ORDER BY position LIMIT ?2`, now, limit);
      for (const { position } of rows) {
        this.db.run('UPDATE outbox SET available_at = ? WHERE position = ?', now + leaseMs, Number(position));
      }
      return rows.map(toEvent);
    }, 'ordered');
  }

  done(positions: readonly OutboxEvent['position'][]): Promise<void> {
    return this.db.write(() => {
      for (const position of positions) {
        this.db.run('DELETE FROM outbox WHERE position = ?', position);
      }
    }, 'ordered');
  }

  retryLater(
    position: OutboxEvent['position'],
    retryAt: number,
    who: 'with-its-successors' | 'alone',
  ): Promise<void> {
    return this.db.write(() => {
      const alone = who === 'alone' ? 1 : 0;
      this.db.run('UPDATE outbox SET failures = failures + 1, alone = ? WHERE position = ?', alone, position);
      const its = alone
        ? 'position = ?2'
        : 'position >= ?2 AND actor_id = (SELECT actor_id FROM outbox WHERE position = ?2)';
      this.db.run(`UPDATE outbox SET available_at = ?1 WHERE ${its}`, retryAt, position);
    }, 'ordered');
  }

  async oldest(type: string): Promise<DomainEvent | undefined> {
    const row = this.db.get('SELECT * FROM outbox WHERE type = ? ORDER BY position LIMIT 1', type);
    return row && toEvent(row);
  }

  onCommit(listener: () => void): void {
    this.listeners.push(listener);
  }

  private announce(): void {
    if (!this.appended) return;
    this.appended = false;
    for (const listener of this.listeners) listener();
  }
}

function toEvent(row: Row): OutboxEvent {
  return {
    type: String(row['type']),
    actorId: toId(row['actor_id']),
    data: JSON.parse(String(row['data'])) as object,
    position: Number(row['position']),
    failures: Number(row['failures']),
  };
}
