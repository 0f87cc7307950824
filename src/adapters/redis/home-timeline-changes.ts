import type { Id } from '../../shared/ids.js';
import type { HomeTimelines } from './home-timelines.js';
import { type RedisConnection, RedisUnavailable } from './redis-connection.js';

export const ALL_READERS = Symbol('all readers');
/** Whose lists a change makes wrong. */
export type Scope = Id | typeof ALL_READERS;

/** How often it is tried to tell Redis what it missed, in ms. */
const RETRY = 250;
const MOST_OWED = 10_000;
const BATCH = 500;

/** Takes lists away before what they are made of changes; what Redis cannot be told now, it is told when it is back. */
export class HomeTimelineChanges {
  /** With a token of the latest debt, so that paying an earlier one does not clear it. */
  private readonly owed = new Map<Scope, symbol>();
  private timer: NodeJS.Timeout | undefined;
  private paying: Promise<void> | undefined;

  constructor(
    private readonly lists: HomeTimelines,
    private readonly connection: RedisConnection,
  ) {
    connection.on('available', this.pay);
  }

  /**
   * Runs a write. The lists are gone before it, and stay away for as long as it may take: so they are, too, when this
   * process dies before the answer. Never fails for Redis' sake.
   */
  async around<Result>(scope: Scope, write: () => Promise<Result>): Promise<Result> {
    const begun = performance.now();
    let again = !(await this.shut(scope));
    try {
      return await write();
    } catch (error) {
      again = true;
      throw error;
    } finally {
      if (again || performance.now() - begun > this.lists.shutFor / 2) await this.shut(scope);
    }
  }

  /** Redis does not know yet that the reader's list is wrong. */
  concern(readerId: Id): boolean {
    return this.owed.size > 0 && (this.owed.has(readerId) || this.owed.has(ALL_READERS));
  }

  close(): void {
    this.connection.off('available', this.pay);
    clearTimeout(this.timer);
  }

  private async shut(scope: Scope): Promise<boolean> {
    try {
      await (scope === ALL_READERS ? this.lists.shutAll() : this.lists.shut([scope]));
      return true;
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      this.owe(scope);
      return false;
    }
  }

  private owe(scope: Scope): void {
    this.owed.set(scope, Symbol('debt'));
    if (this.owed.size > MOST_OWED) {
      this.owed.clear();
      this.owed.set(ALL_READERS, Symbol('debt'));
    }
    this.timer ??= setTimeout(this.pay, RETRY).unref();
  }

  private readonly pay = (): void => {
    if (this.owed.size === 0) return;
    this.paying ??= this.payAll().finally(() => {
      this.paying = undefined;
      clearTimeout(this.timer);
      this.timer = this.owed.size > 0 ? setTimeout(this.pay, RETRY).unref() : undefined;
    });
  };

  private async payAll(): Promise<void> {
    const debts = [...this.owed];
    try {
      if (this.owed.has(ALL_READERS)) await this.lists.shutAll();
      const readers = debts.map(([scope]) => scope).filter((scope) => typeof scope === 'string');
      for (let n = 0; n < readers.length; n += BATCH) await this.lists.shut(readers.slice(n, n + BATCH));
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      return;
    }
    for (const [scope, debt] of debts) if (this.owed.get(scope) === debt) this.owed.delete(scope);
  }
}
