import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { FollowStore } from '../../modules/follows/follows.ports.js';
import type { PostStore } from '../../modules/posts/posts.ports.js';
import { FanOut } from '../../modules/timelines/timelines.ports.js';
import type { Clock } from '../../shared/clock.js';
import { HIGHEST_ID, type Id, LOWEST_ID, timeOf } from '../../shared/ids.js';
import type { HomeTimelines } from './home-timelines.js';
import { RedisUnavailable } from './redis-connection.js';

/** Readers of one round trip: some ms of work for Redis, well within its time limit. */
const PAGE = 1_000;
/** Round trips under way at once, so that Redis need not wait for the next page of followers. */
const IN_FLIGHT = 3;
const ATTEMPTS = 3;
/** Longer than the circuit breaker rests. In ms. */
const PAUSE = 600;
const TICK = 200;

/** Brings posts to the home timelines of their author's followers. */
export class RedisFanOut extends FanOut {
  /** `posts` and `follows` are the database's own. Posts of authors with more than `most` followers are merged on reading. */
  constructor(
    private readonly lists: HomeTimelines,
    private readonly follows: FollowStore,
    private readonly posts: PostStore,
    private readonly most = 10_000,
  ) {
    super();
  }

  /**
   * Adds a post that is visible, and no reply, to the lists. Repeating it changes nothing.
   * @throws RedisUnavailable when it may not be in all of them: then it must be called again.
   */
  async push(post: { readonly id: Id; readonly authorId: Id }): Promise<void> {
    const { id, authorId } = post;
    // The order matters: first the moment, then what the database says.
    const { moment, celebritySince } = await this.lists.moment(authorId);
    if (!(await this.posts.find(id))) return;
    await this.lists.push('author', [authorId], { id, moment });
    if (celebritySince !== undefined && id > celebritySince) return;
    const celebrity = celebritySince === undefined ? '' : authorId;
    let followers = 0;
    const pages = this.followersOf(authorId);
    const pushPages = async (): Promise<void> => {
      for await (const page of pages) {
        followers += page.length;
        if (celebritySince === undefined && followers > this.most) return;
        await persist(() => this.lists.push('home', page, { id, moment, celebrity }));
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, pushPages));
    if (celebritySince !== undefined || followers <= this.most) return;
    // The last post that everybody gets tells the lists to look for the next ones elsewhere. Until it has told them all,
    // its event waits and holds the frontier: so later posts may come before it is done.
    await this.lists.celebrate(authorId, id);
    await this.push(post);
  }

  private async *followersOf(authorId: Id): AsyncGenerator<Id[]> {
    let before = HIGHEST_ID;
    for (;;) {
      const stretch = { from: LOWEST_ID, before, newestFirst: true, limit: PAGE };
      const page = await this.follows.followersOf(authorId, stretch);
      const last = page.at(-1);
      if (last) yield page.map(({ userId }) => userId);
      if (!last || page.length < PAGE) return;
      before = last.id;
    }
  }
}

/** Tells readers how far the fan-out is: their lists are trusted only while it is not behind. */
export class FanOutFrontier {
  private readonly logger = new Logger(FanOutFrontier.name);
  private timer?: NodeJS.Timeout;
  private ticking = false;

  /** `oldestWaiting` tells the lowest id of a visible post whose event is not done yet, if there is one. */
  constructor(
    private readonly lists: HomeTimelines,
    private readonly oldestWaiting: () => Promise<Id | undefined>,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.beat(), TICK).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** @throws RedisUnavailable, and what the database throws */
  async tick(): Promise<void> {
    const now = this.clock.now();
    const waiting = await this.oldestWaiting();
    await this.lists.advance(waiting === undefined ? now : Math.min(now, timeOf(waiting)));
  }

  private async beat(): Promise<void> {
    if (this.ticking) return;
    this.ticking = true;
    try {
      await this.tick();
    } catch (error) {
      // The connection has told of that already.
      if (!(error instanceof RedisUnavailable))
        this.logger.warn({ err: error }, 'Home timelines are not trusted: the outbox cannot be read.');
    } finally {
      this.ticking = false;
    }
  }
}

async function persist(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof RedisUnavailable)) throw error;
      await sleep(PAUSE);
    }
  }
}
