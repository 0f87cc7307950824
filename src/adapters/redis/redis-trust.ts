import { type RedisConnection, RedisUnavailable } from './redis-connection.js';
import type { RedisSlots } from './redis-slots.js';

/** How often Redis is asked whether it is there, so that every process notices when it was not. In ms. */
const BEAT = 100;
/** After Redis failed it must have answered this long: until then others may owe it what they changed. In ms. */
const PROBATION = 1_000;
const MOST_OWED = 10_000;
const BATCH = 1_000;

/**
 * Whether the slots in Redis are to be believed. Once anything failed they are not, until Redis has answered for a while
 * and was told of all that it missed.
 */
export class RedisTrust {
  private readonly owed = new Set<string>();
  private owesAll = false;
  private readonly heart: NodeJS.Timeout;
  private beating = false;
  private lostAt: number | undefined;
  private goodSince: number | undefined;

  constructor(
    private readonly connection: RedisConnection,
    private readonly slots: RedisSlots,
    private readonly onLost: () => void,
  ) {
    connection.on('unavailable', this.lose);
    this.heart = setInterval(() => void this.beat(), BEAT).unref();
  }

  get believed(): boolean {
    return this.lostAt === undefined;
  }

  /** Milliseconds since Redis failed first; 0 while it is believed. */
  get lostFor(): number {
    return this.lostAt === undefined ? 0 : performance.now() - this.lostAt;
  }

  /** To be told of every failure; throws it unless Redis is to blame. */
  failed(error: unknown): void {
    if (!(error instanceof RedisUnavailable)) throw error;
    this.lose();
  }

  /** Empties the slots when Redis is back. To be called while Redis is not believed. */
  owe(keys: readonly string[]): void {
    for (const key of keys) this.owed.add(key);
    if (this.owed.size <= MOST_OWED) return;
    this.owed.clear();
    this.owesAll = true;
  }

  close(): void {
    clearInterval(this.heart);
    this.connection.off('unavailable', this.lose);
  }

  private readonly lose = (): void => {
    this.onLost();
    this.goodSince = undefined;
    this.lostAt ??= performance.now();
  };

  private async beat(): Promise<void> {
    if (this.beating) return;
    this.beating = true;
    try {
      await this.slots.check();
      if (!this.believed) await this.recover();
    } catch (error) {
      this.failed(error);
    } finally {
      this.beating = false;
    }
  }

  private async recover(): Promise<void> {
    this.goodSince ??= performance.now();
    await this.pay();
    const proven = this.goodSince !== undefined && performance.now() - this.goodSince > PROBATION;
    if (proven && this.owed.size === 0 && !this.owesAll) this.lostAt = undefined;
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
