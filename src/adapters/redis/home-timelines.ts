import { randomUUID } from 'node:crypto';
import { DAY, SECOND } from '../../shared/clock.js';
import { type Id, LOWEST_ID } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import * as scripts from './home-timeline-scripts.js';
import type { RedisConnection, Send } from './redis-connection.js';

/** Which list: the home timeline of a reader, or what an author published. */
export interface ListOf {
  readonly kind: 'home' | 'author';
  readonly userId: Id;
}

/** What a list has to say about a stretch. */
export interface Reading {
  /** All posts that were visible at this time (ms) are in the lists; 0: nobody knows. */
  readonly asOf: number;
  /** In which a list can be made now. */
  readonly epoch?: string;
  readonly state: 'missing' | 'building' | 'ready';
  /** When it is ready. */
  readonly ids: readonly Id[];
  /** The stretch has no more than `ids` beside posts of `celebrities`. */
  readonly complete: boolean;
  readonly celebrities: readonly Id[];
}

/** A list under construction. */
export interface Making {
  readonly epoch: string;
  readonly number: string;
}

/** The moment before the followers of an author were read, in Redis: of each bucket, the list that was begun last. */
export type Moment = readonly (Making | undefined)[];

export interface HomeTimelineOptions {
  /** What all keys begin with. */
  readonly prefix?: string;
  /** Most ids in a list. */
  readonly length?: number;
  /** For how long a list is not made anew after a change: longer than the change itself may take. In ms. */
  readonly shutFor?: number;
}

/** Lists are in so many hash slots, each with its own copy of what holds for all lists. */
const BUCKETS = 64;
const TTL = (30 * DAY) / SECOND;
const RENEW_BELOW = (29 * DAY) / SECOND;
const MAKING_TTL = 10;
const ID_LENGTH = LOWEST_ID.length;

/**
 * The lists in Redis, each of which knows how far down it is complete: docs/decisions/12-home-timelines.md tells how.
 * Every method is one round trip and throws RedisUnavailable.
 */
export class HomeTimelines {
  readonly length: number;
  readonly shutFor: number;
  private readonly prefix: string;
  private readonly celebrityKey: string;

  constructor(
    private readonly connection: RedisConnection,
    { prefix = 'posterr:', length = 800, shutFor = 5 * SECOND }: HomeTimelineOptions = {},
  ) {
    this.length = length;
    this.shutFor = shutFor;
    this.prefix = prefix;
    this.celebrityKey = `${prefix}celebrities`;
  }

  /** Reads the same stretch of several lists. */
  async read(lists: readonly ListOf[], { from, before, newestFirst, limit }: Stretch): Promise<Reading[]> {
    const order = newestFirst ? '1' : '0';
    const args = [from, before, order, String(limit), String(TTL), String(RENEW_BELOW)];
    const replies = await this.connection.run((send) =>
      Promise.all(
        lists.map((of) => {
          const { bucket, list, state } = this.keys(of);
          return scripts.read(send, [bucket, list, state], args);
        }),
      ),
    );
    return replies.map((reply) => {
      const { lowest, ...reading } = parse(reply);
      const reaches = lowest <= from || (newestFirst && reading.ids.length === limit);
      return { ...reading, complete: reading.state === 'ready' && reaches };
    });
  }

  /** Begins to make a list, so that pushes land in it. Undefined: somebody else does, or it must not be made now. */
  async begin(of: ListOf, epoch: string): Promise<Making | undefined> {
    const { bucket, list, state, closed } = this.keys(of);
    const number = await this.connection.run((send) =>
      scripts.begin(send, [bucket, list, state, closed], [epoch, String(MAKING_TTL)]),
    );
    return number === 0 ? undefined : { epoch, number: String(number) };
  }

  /** Adds what the database had after the making began; does nothing when the list was removed meanwhile. */
  async publish(of: ListOf, { epoch, number }: Making, ids: readonly Id[], celebrities: Iterable<Id>) {
    const { list, state } = this.keys(of);
    const whole = ids.length < this.length ? '1' : '0';
    const args = [epoch, number, String(TTL), String(this.length), whole, [...celebrities].join(''), ...ids];
    await this.connection.run((send) => scripts.publish(send, [list, state], args));
  }

  /** The present moment of all buckets, and the post with which the author became a celebrity. */
  async moment(authorId: Id): Promise<{ moment: Moment; celebritySince: Id | undefined }> {
    const buckets = Array.from({ length: BUCKETS }, (_, n) => this.bucket(n));
    const [since, ...replies] = await this.connection.run((send) =>
      Promise.all([
        send(this.celebrityKey, 'HGET', this.celebrityKey, authorId),
        ...buckets.map((key) => send(key, 'HMGET', key, 'epoch', 'number')),
      ]),
    );
    const moment = (replies as (string | null)[][]).map(([epoch, number]) =>
      epoch && number ? { epoch, number } : undefined,
    );
    return { moment, celebritySince: typeof since === 'string' ? since : undefined };
  }

  /** Adds a post to those of the lists that exist since `moment`; repeating it changes nothing. */
  async push(
    kind: ListOf['kind'],
    userIds: readonly Id[],
    { id, moment, celebrity = '' }: { id: Id; moment: Moment; celebrity?: Id },
  ): Promise<void> {
    const buckets = new Map<number, string[]>();
    for (const userId of userIds) {
      const bucket = bucketOf(userId);
      const list = this.list({ kind, userId }, bucket);
      const keys = buckets.get(bucket);
      if (keys) keys.push(list, `${list}:state`);
      else if (moment[bucket]) buckets.set(bucket, [list, `${list}:state`]);
    }
    if (buckets.size === 0) return;
    await this.connection.run((send) =>
      Promise.all(
        Array.from(buckets, ([bucket, keys]) => {
          const { epoch, number } = moment[bucket] as Making;
          const args = [id, String(this.length), epoch, number, celebrity];
          return scripts.push(send, keys as [string, ...string[]], args);
        }),
      ),
    );
  }

  /** From now on posts of the author after `id` are not pushed to followers. */
  async celebrate(authorId: Id, id: Id): Promise<void> {
    await this.connection.run((send) => send(this.celebrityKey, 'HSETNX', this.celebrityKey, authorId, id));
  }

  /** Those of `authorIds`, at least one, who are celebrities. */
  async celebritiesAmong(authorIds: readonly Id[]): Promise<Id[]> {
    const key = this.celebrityKey;
    const since = (await this.connection.run((send) => send(key, 'HMGET', key, ...authorIds))) as unknown[];
    return authorIds.filter((_, index) => since[index] !== null);
  }

  async hasCelebrities(): Promise<boolean> {
    const key = this.celebrityKey;
    return (await this.connection.run((send) => send(key, 'EXISTS', key))) === 1;
  }

  /** Removes the lists of these readers, and makes none of them anew for `shutFor`. */
  async shut(readerIds: readonly Id[]): Promise<void> {
    await this.connection.run((send) =>
      Promise.all(
        readerIds.map((userId) => {
          const { list, state, closed } = this.keys({ kind: 'home', userId });
          return scripts.shut(send, [closed, list, state], [String(this.shutFor)]);
        }),
      ),
    );
  }

  /** The same for all lists. */
  async shutAll(): Promise<void> {
    await this.eachBucket((send, bucket) =>
      scripts.shut(send, [`${bucket}:closed`, bucket], [String(this.shutFor)]),
    );
  }

  /** All posts that were visible at `asOf` (ms) are in the lists. */
  async advance(asOf: number): Promise<void> {
    const args = [String(asOf), randomUUID()];
    await this.eachBucket((send, bucket) => scripts.advance(send, [bucket, `${bucket}:closed`], args));
  }

  private async eachBucket(command: (send: Send, bucket: string) => Promise<unknown>): Promise<void> {
    const all = Array.from({ length: BUCKETS }, (_, n) => this.bucket(n));
    await this.connection.run((send) => Promise.all(all.map((bucket) => command(send, bucket))));
  }

  private bucket(number: number): string {
    return `${this.prefix}home:{${number}}`;
  }

  private list({ kind, userId }: ListOf, bucket: number): string {
    return `${this.prefix}${kind}:{${bucket}}:${userId}`;
  }

  private keys(of: ListOf): Record<'bucket' | 'list' | 'state' | 'closed', string> {
    const bucket = bucketOf(of.userId);
    const list = this.list(of, bucket);
    return { bucket: this.bucket(bucket), list, state: `${list}:state`, closed: `${list}:closed` };
  }
}

/** The last bits of an id are random. */
function bucketOf(userId: Id): number {
  return Number.parseInt(userId.slice(-2), 16) % BUCKETS;
}

function parse(reply: unknown): Omit<Reading, 'complete'> & { lowest: Id } {
  const [asOf, epoch, state, lowest, celebrities, ids] = reply as [
    asOf: string | null,
    epoch: string | null,
    state: Reading['state'],
    lowest?: string | null,
    celebrities?: string | null,
    ids?: string[],
  ];
  return {
    asOf: Number(asOf ?? 0),
    ...(epoch !== null && { epoch }),
    state,
    lowest: lowest ?? LOWEST_ID,
    ids: ids ?? [],
    celebrities: idsIn(celebrities ?? ''),
  };
}

function idsIn(text: string): Id[] {
  const ids = new Set<Id>();
  for (let at = 0; at < text.length; at += ID_LENGTH) ids.add(text.slice(at, at + ID_LENGTH));
  return [...ids];
}
