import type { Id } from '../../shared/ids.js';
import { type Position, type ReadStretch, readPage, type Visibility } from '../../shared/page.js';
import type { News } from './feed.js';

/** In ms. What is written by other processes is seen that late. */
const POLL = 200;
const MOST_AT_ONCE = 100;

export interface Batch<Item> extends News<Item> {
  /** Where the tail was before. */
  readonly from: Position;
}

export interface TailParts<Item> {
  readonly visibility: Visibility;
  readonly read: ReadStretch<Item>;
  readonly idOf: (item: Item) => Id;
  /** When it throws, it gets the same again. */
  readonly deliver: (batch: Batch<Item>) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/**
 * Follows one list as it grows, by asking the database: nothing is missed and nothing comes twice, whoever writes, and
 * whatever becomes visible late.
 */
export class Tail<Item> {
  private starting: Promise<void> | undefined;
  /** All before it was delivered; undefined: it does not run. */
  private position: Position | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: TailParts<Item>) {}

  /** Runs from what is there now on. */
  async start(): Promise<void> {
    this.starting ??= this.begin().catch((error: unknown) => {
      this.starting = undefined;
      throw error;
    });
    await this.starting;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.starting = undefined;
    this.position = undefined;
  }

  /** Delivers what has become visible; tells whether there is more. It must not be called before it has ended. */
  async advance(): Promise<boolean> {
    const { visibility, read, idOf, deliver } = this.parts;
    const from = this.position;
    if (!from) return false;
    const settledBefore = visibility.settledBefore();
    const request = { limit: MOST_AT_ONCE, position: from, settledBefore };
    const { items, hasMore, prev } = await readPage('oldest-first', request, read, idOf);
    if (items.length > 0) await deliver({ items, from, hasMore, settledBefore });
    // Unless it was stopped meanwhile.
    if (this.position === from) this.position = prev;
    return hasMore && items.length > 0;
  }

  private async begin(): Promise<void> {
    const settledBefore = this.parts.visibility.settledBefore();
    const newest = { limit: MOST_AT_ONCE, settledBefore };
    const { prev } = await readPage('newest-first', newest, this.parts.read, this.parts.idOf);
    this.position = prev;
    this.pollIn(POLL);
  }

  private pollIn(ms: number): void {
    this.timer = setTimeout(() => void this.poll(), ms);
    this.timer.unref();
  }

  private async poll(): Promise<void> {
    let hasMore = false;
    try {
      hasMore = await this.advance();
    } catch (error) {
      this.parts.failed(error);
    }
    if (this.position) this.pollIn(hasMore ? 0 : POLL);
  }
}
