import { Logger } from '@nestjs/common';
import type { FollowStore } from '../../modules/follows/follows.ports.js';
import { type AuthorView, TimelineStore } from '../../modules/timelines/timelines.ports.js';
import { type Clock, SECOND } from '../../shared/clock.js';
import { HIGHEST_ID, type Id, LOWEST_ID } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { HomeTimelineChanges } from './home-timeline-changes.js';
import type { HomeTimelines, ListOf, Reading } from './home-timelines.js';
import { RedisUnavailable } from './redis-connection.js';

/** A post comes at most so much later than from the database, in ms. */
export const MOST_LATE = SECOND;
const MADE_AT_ONCE = 4;
/** Who follows more celebrities than that is served by the database. */
const MOST_CELEBRITIES = 500;
const FOLLOWED_AT_ONCE = 1_000;

export interface RedisTimelineParts {
  /** The database's own. */
  readonly inner: TimelineStore;
  /** The database's own. */
  readonly follows: FollowStore;
  readonly lists: HomeTimelines;
  readonly changes: HomeTimelineChanges;
  readonly clock: Clock;
}

/** The database's timelines; that of people followed comes from a list in Redis wherever it is known to be the same. */
export class RedisTimelineStore extends TimelineStore {
  private readonly logger = new Logger(RedisTimelineStore.name);
  private readonly making = new Map<string, Promise<void>>();

  constructor(private readonly parts: RedisTimelineParts) {
    super();
  }

  all(stretch: Stretch): Promise<Id[]> {
    return this.parts.inner.all(stretch);
  }

  ofAuthor(authorId: Id, view: AuthorView, stretch: Stretch): Promise<Id[]> {
    return this.parts.inner.ofAuthor(authorId, view, stretch);
  }

  async following(readerId: Id, stretch: Stretch): Promise<Id[]> {
    return (await this.fromLists(readerId, stretch)) ?? this.parts.inner.following(readerId, stretch);
  }

  followingAtOnce(readerId: Id, stretch: Stretch): Promise<Id[]> {
    return this.parts.inner.followingAtOnce(readerId, stretch);
  }

  /** Ends when no list is being made any more. */
  async settle(): Promise<void> {
    while (this.making.size > 0) await Promise.all(this.making.values());
  }

  private async fromLists(readerId: Id, stretch: Stretch): Promise<Id[] | undefined> {
    if (this.parts.changes.concern(readerId)) return undefined;
    try {
      const own = await this.read([{ kind: 'home', userId: readerId }], stretch);
      if (!own) return undefined;
      const { ids, celebrities } = own;
      if (celebrities.length === 0) return [...ids];
      if (celebrities.length > MOST_CELEBRITIES) return undefined;
      const authors = celebrities.map((userId) => ({ kind: 'author', userId }) as const);
      const theirs = await this.read(authors, upTo(ids, stretch));
      return theirs && merge([...ids, ...theirs.ids], stretch);
    } catch (error) {
      if (error instanceof RedisUnavailable) return undefined;
      throw error;
    }
  }

  /** What all of `lists` have together; undefined when one of them cannot be relied on. Makes those that are missing. */
  private async read(
    lists: readonly ListOf[],
    stretch: Stretch,
  ): Promise<Pick<Reading, 'ids' | 'celebrities'> | undefined> {
    const readings = await this.parts.lists.read(lists, stretch);
    // A clock that ran ahead and was set back does not make the fan-out seem quick.
    const late = ({ asOf }: Reading): boolean => Math.abs(this.parts.clock.now() - asOf) > MOST_LATE;
    if (readings.some(late)) return undefined;
    readings.forEach(({ state, epoch }, index) => {
      if (state === 'missing' && epoch !== undefined) this.make(lists[index] as ListOf, epoch);
    });
    if (!readings.every(({ complete }) => complete)) return undefined;
    return {
      ids: readings.flatMap(({ ids }) => ids),
      celebrities: readings.flatMap(({ celebrities }) => celebrities),
    };
  }

  /** In the background, and a few at a time: whoever comes when it is too many is served by the database, and comes again. */
  private make(list: ListOf, epoch: string): void {
    const key = `${list.kind} ${list.userId}`;
    if (this.making.has(key) || this.making.size >= MADE_AT_ONCE) return;
    const made = this.makeList(list, epoch)
      .catch((error: unknown) => {
        if (!(error instanceof RedisUnavailable))
          this.logger.warn({ err: error }, 'A home timeline was not made; it will be tried again.');
      })
      .finally(() => this.making.delete(key));
    this.making.set(key, made);
  }

  /** The order matters: what is published after the making began is pushed into the list, the rest is in the database. */
  private async makeList(list: ListOf, epoch: string): Promise<void> {
    const { inner, lists } = this.parts;
    const making = await lists.begin(list, epoch);
    if (!making) return;
    const { kind, userId } = list;
    const celebrities = kind === 'home' ? await this.celebritiesFollowedBy(userId) : [];
    const newest = { from: LOWEST_ID, before: HIGHEST_ID, newestFirst: true, limit: lists.length };
    const ids =
      kind === 'home' ? await inner.following(userId, newest) : await inner.ofAuthor(userId, 'posts', newest);
    await lists.publish(list, making, ids, celebrities);
  }

  private async celebritiesFollowedBy(readerId: Id): Promise<Id[]> {
    const { lists, follows } = this.parts;
    if (!(await lists.hasCelebrities())) return [];
    const celebrities: Id[] = [];
    let before = HIGHEST_ID;
    for (;;) {
      const stretch = { from: LOWEST_ID, before, newestFirst: true, limit: FOLLOWED_AT_ONCE };
      const page = await follows.followedBy(readerId, stretch);
      const last = page.at(-1);
      if (!last) return celebrities;
      celebrities.push(...(await lists.celebritiesAmong(page.map(({ userId }) => userId))));
      if (page.length < FOLLOWED_AT_ONCE) return celebrities;
      before = last.id;
    }
  }
}

/** What of the stretch can still be on the page that `ids` fill, or begin. */
function upTo(ids: readonly Id[], stretch: Stretch): Stretch {
  const last = ids.length === stretch.limit ? ids.at(-1) : undefined;
  if (last === undefined) return stretch;
  return stretch.newestFirst ? { ...stretch, from: last } : { ...stretch, before: last };
}

function merge(ids: readonly Id[], { newestFirst, limit }: Stretch): Id[] {
  const sorted = [...new Set(ids)].sort();
  return (newestFirst ? sorted.reverse() : sorted).slice(0, limit);
}
