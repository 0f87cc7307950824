import { type RedisConnection, RedisUnavailable } from './redis-connection.js';
import type { RedisSlots } from './redis-slots.js';

/** After Redis failed it must have answered this long: so long, others may still owe it what they changed. In ms. */
const PROBATION = 1_000;
const RETRY = 100;
const MOST_OWED = 10_000;
const BATCH = 1_000;

/**
 * Whether the slots in Redis are to be believed. Once anything failed they are not, until Redis has answered for a while
 * and was told of all that it missed.
 */
export class RedisTrust {
  private readonly owed = new Set<string>();
  private owesAll = false;
  private recovery: NodeJS.Timeout | undefined;
  private recovering = false;
  private lostAt = 0;
  private goodSince: number | undefined;

  private closed = false;

  constructor(
    private readonly connection: RedisConnection,
    private readonly slots: RedisSlots,
    private readonly onLost: () => void,
  ) {
    connection.on('unavailable', this.lose);
  }

  get believed(): boolean {
    return this.recovery === undefined;
  }

  /** Milliseconds since Redis failed first, after it was believed. */
  get lostFor(): number {
    return performance.now() - this.lostAt;
  }

  /** To be told of every failure; throws it unless Redis is to blame. */
  failed(error: unknown): void {
    if (!(error instanceof RedisUnavailable)) throw error;
    this.lose();
  }

  /** Empties the slots when Redis is back. */
  owe(keys: readonly string[]): void {
    for (const key of keys) this.owed.add(key);
    if (this.owed.size <= MOST_OWED) return;
    this.owed.clear();
    this.owesAll = true;
  }

  close(): void {
    this.closed = true;
    clearInterval(this.recovery);
    this.connection.off('unavailable', this.lose);
  }

  private readonly lose = (): void => {
    this.onLost();
    this.goodSince = undefined;
    if (this.recovery || this.closed) return;
    this.lostAt = performance.now();
    this.recovery = setInterval(() => void this.recover(), RETRY).unref();
  };

  private async recover(): Promise<void> {
    if (this.recovering) return;
    this.recovering = true;
    try {
      await this.connection.check();
      await this.pay();
      this.goodSince ??= performance.now();
      if (performance.now() - this.goodSince < PROBATION || this.owed.size > 0 || this.owesAll) return;
      clearInterval(this.recovery);
      this.recovery = undefined;
    } catch (error) {
      this.failed(error);
    } finally {
      this.recovering = false;
    }
  }

  private async pay(): Promise<void> {
    if (this.owesAll) {
      this.owesAll = false;
      await this.slots.emptyAll().catch((error: unknown) => {
        this.owesAll = true;
        throw error;
      });
    }
    while (this.owed.size > 0) {
      const keys = [...this.owed].slice(0, BATCH);
      // Before it is sent: what is owed anew meanwhile has to be sent anew.
      for (const key of keys) this.owed.delete(key);
      await this.slots.empty(keys).catch((error: unknown) => {
        this.owe(keys);
        throw error;
      });
    }
  }
}
