import { setTimeout as sleep } from 'node:timers/promises';
import type { Id } from '../../shared/ids.js';
import { type Position, positionAfter } from '../../shared/page.js';
import type { EventIds, Places } from './event-ids.js';
import type { EventStream } from './event-stream.js';
import type { Feed, News, Told } from './feed.js';
import type { Batch } from './tail.js';

/** What cannot be told yet, because too much is unsettled, is tried again after so many ms. */
const PAUSE = 250;
/** Of what happens while a stream catches up. */
const MOST_WAITING = 1_000;

/** What one reader is told, and up to where they were. */
export class OpenStream {
  private readonly places: Record<string, Position>;
  private readonly catchingUp = new Map<Feed, { again: boolean }>();
  /** What happened while it caught up; undefined: it is live. */
  private waiting: { batch: Batch<unknown>; items: readonly Told[] }[] | undefined = [];

  constructor(
    readonly output: EventStream,
    private readonly ids: EventIds,
    places: Places,
    /** What everybody writes, and `deliver` brings. */
    private readonly main: Feed,
    private readonly failed: (error: unknown) => void,
  ) {
    this.places = { ...places };
  }

  get eventId(): string {
    return this.ids.seal(this.places);
  }

  /** Tells what happened since its place; from then on `deliver` does. */
  goLive(): void {
    this.run(async () => {
      await this.catchUp(this.main);
      const waiting = this.waiting ?? [];
      this.waiting = undefined;
      for (const { batch, items } of waiting) this.deliver(batch, items);
    });
  }

  /** Tells `items`, those of the batch that are for it, unless they were told. */
  deliver(batch: Batch<unknown>, items: readonly Told[]): void {
    if (this.waiting) {
      this.waiting.push({ batch, items });
      if (this.waiting.length > MOST_WAITING) this.output.destroy();
      return;
    }
    // All below that was delivered before.
    const place = raised(this.placeIn(this.main), batch.from.gap);
    this.places[this.main.name] = place;
    const { gap, seen = [] } = place;
    const untold = items.filter(({ id }) => id >= gap && !seen.includes(id));
    this.tell(this.main, { ...batch, items: untold });
  }

  /** There is something new in `feed`. */
  wake(feed: Feed): void {
    const running = this.catchingUp.get(feed);
    if (running) {
      running.again = true;
      return;
    }
    const state = { again: true };
    this.catchingUp.set(feed, state);
    this.run(async () => {
      while (state.again) {
        state.again = false;
        await this.catchUp(feed);
      }
      this.catchingUp.delete(feed);
    });
  }

  private run(act: () => Promise<void>): void {
    act().catch((error: unknown) => {
      this.failed(error);
      this.output.destroy();
    });
  }

  private async catchUp(feed: Feed): Promise<void> {
    while (!this.output.destroyed) {
      const news = await feed.after(this.placeIn(feed));
      this.tell(feed, news);
      if (!news.hasMore) return;
      if (news.items.length === 0) await sleep(PAUSE, undefined, { ref: false });
      await this.output.isRead();
    }
  }

  /** From the oldest up; the place of each is behind it. */
  private tell(feed: Feed, { items, hasMore, settledBefore }: News<Told>): void {
    items.forEach(({ id, data }, n) => {
      const more = hasMore || n < items.length - 1;
      this.places[feed.name] = positionAfter(this.placeIn(feed), [id], more, settledBefore);
      if (data !== undefined) this.output.send({ event: feed.event, id: this.eventId, data });
    });
  }

  private placeIn(feed: Feed): Position {
    const place = this.places[feed.name];
    if (!place) throw new Error(`The stream does not tell of ${feed.name}.`);
    return place;
  }
}

function raised(position: Position, gap: Id): Position {
  if (gap <= position.gap) return position;
  const seen = (position.seen ?? []).filter((id) => id >= gap);
  return { toward: 'newer', gap, ...(seen.length > 0 && { seen }) };
}
