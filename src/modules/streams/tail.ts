import type { Id } from '../../shared/ids.js';
import { type Page, type Position, type ReadStretch, readPage, type Visibility } from '../../shared/page.js';
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
  private current: Position | undefined;
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
    this.current = undefined;
  }

  private async begin(): Promise<void> {
    const settledBefore = this.parts.visibility.settledBefore();
    const newest = { limit: MOST_AT_ONCE, settledBefore };
    const { prev } = await readPage('newest-first', newest, this.parts.read, this.parts.idOf);
    this.current = prev;
    this.pollIn(POLL);
  }

  private pollIn(ms: number): void {
    this.timer = setTimeout(() => void this.poll(), ms);
    this.timer.unref();
  }

  private async poll(): Promise<void> {
    const position = this.current;
    if (!position) return;
    let page: Page<Item> | undefined;
    try {
      page = await this.advance(position);
    } catch (error) {
      this.parts.failed(error);
    }
    // It may have been stopped meanwhile, and started anew.
    if (this.current !== position) return;
    if (page) this.current = page.prev;
    this.pollIn(page?.hasMore && page.items.length > 0 ? 0 : POLL);
  }

  private async advance(position: Position): Promise<Page<Item>> {
    const { visibility, read, idOf, deliver } = this.parts;
    const settledBefore = visibility.settledBefore();
    const page = await readPage('oldest-first', { limit: MOST_AT_ONCE, position, settledBefore }, read, idOf);
    const { items, hasMore } = page;
    if (items.length > 0) await deliver({ items, from: position, hasMore, settledBefore });
    return page;
  }
}
