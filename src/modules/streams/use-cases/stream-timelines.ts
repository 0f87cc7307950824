import { Injectable, Logger } from '@nestjs/common';
import { Clock, HOUR, SECOND } from '../../../shared/clock.js';
import { type Id, timeOf } from '../../../shared/ids.js';
import { type Position, type ReadStretch, Visibility } from '../../../shared/page.js';
import { NotificationStore, NotificationViews } from '../../notifications/notifications.public.js';
import { PostViews } from '../../posts/posts.public.js';
import { TimelineStore } from '../../timelines/timelines.public.js';
import { EventIdKey, type EventIds, type Places } from '../event-ids.js';
import { EventStream } from '../event-stream.js';
import { type Feed, feedOf } from '../feed.js';
import { Live } from '../live.js';
import { OpenStream } from '../open-stream.js';
import { StreamLimit } from '../stream-limit.js';

/** Shorter than proxies wait for a byte. */
const HEARTBEAT = 15 * SECOND;
/** Whoever missed more, and is away for longer, has to begin anew. */
const MOST_MISSED = 1_000;
const LONGEST_AWAY = HOUR;

export interface StreamRequest {
  /** Whose streams are counted together. */
  readonly client: string;
  /** When the access token expires, in ms; absent: there is none. */
  readonly until?: number | undefined;
  readonly lastEventId?: string | undefined;
}

/** Opens streams of what is new. A stream ends with the access token, and when its reader is too slow. */
@Injectable()
export class StreamTimelines {
  private readonly logger = new Logger(StreamTimelines.name);

  constructor(
    private readonly live: Live,
    private readonly limit: StreamLimit,
    private readonly ids: EventIdKey,
    private readonly clock: Clock,
    private readonly visibility: Visibility,
    private readonly timelines: TimelineStore,
    private readonly posts: PostViews,
    private readonly notifications: NotificationStore,
    private readonly notificationViews: NotificationViews,
  ) {}

  /** Everybody's posts but replies, as everybody sees them. @throws TooManyStreams */
  async everybodys(request: StreamRequest): Promise<EventStream> {
    const posts = this.postsFeed(
      (stretch) => this.timelines.all(stretch),
      (ids) => this.posts.many(ids),
    );
    return this.open(request, 'public', [posts], (stream) => this.live.addPublic(stream));
  }

  /** Posts of those whom the reader follows, and the reader's notifications. @throws TooManyStreams */
  async ofReader(request: StreamRequest & { readonly readerId: Id }): Promise<EventStream> {
    const { readerId } = request;
    const posts = this.postsFeed(
      (stretch) => this.timelines.followingAtOnce(readerId, stretch),
      (ids) => this.posts.many(ids, readerId),
    );
    const notifications = this.notificationsFeed(readerId);
    return this.open(request, `home ${readerId}`, [posts, notifications], (stream) => {
      this.live.addHome(stream, readerId, notifications);
      stream.wake(notifications);
    });
  }

  private async open(
    request: StreamRequest,
    name: string,
    feeds: readonly [Feed, ...Feed[]],
    add: (stream: OpenStream) => void,
  ): Promise<EventStream> {
    const leave = this.limit.take(request.client);
    try {
      const ids = await this.ids.idsOf(
        name,
        feeds.map((feed) => feed.name),
      );
      await Promise.all([this.live.posts.start(), this.live.notifications.start()]);
      const resumed = await this.resumed(request.lastEventId, ids, feeds);
      const places = resumed ?? (await endOf(feeds));
      const output = new EventStream();
      output.once('close', leave);
      const stream = new OpenStream(output, ids, places, feeds[0], (error) =>
        this.logger.warn({ err: error }, 'A stream failed; its reader may go on with a new one.'),
      );
      output.begin(stream.eventId);
      if (request.lastEventId !== undefined && !resumed) {
        output.send({ event: 'reset', id: stream.eventId, data: '{}' });
      }
      this.keepAlive(stream, request.until);
      add(stream);
      stream.goLive();
      return output;
    } catch (error) {
      leave();
      throw error;
    }
  }

  private keepAlive(stream: OpenStream, until: number | undefined): void {
    const { output } = stream;
    const beat = setInterval(() => output.beat(stream.eventId), HEARTBEAT).unref();
    const left = until === undefined ? undefined : Math.max(until - this.clock.now(), 0);
    const expiry = left === undefined ? undefined : setTimeout(() => output.end(), left).unref();
    output.once('close', () => {
      clearInterval(beat);
      clearTimeout(expiry);
    });
  }

  /** The places that the id names, unless too much happened since. */
  private async resumed(
    lastEventId: string | undefined,
    ids: EventIds,
    feeds: readonly Feed[],
  ): Promise<Places | undefined> {
    const places = lastEventId === undefined ? undefined : ids.open(lastEventId);
    if (!places) return undefined;
    const missed = await Promise.all(
      feeds.map((feed) => feed.idsAfter(places[feed.name] as Position, MOST_MISSED + 1)),
    );
    const [oldest] = missed.flat().toSorted();
    const isLong = oldest !== undefined && this.clock.now() - timeOf(oldest) > LONGEST_AWAY;
    return isLong && missed.flat().length > MOST_MISSED ? undefined : places;
  }

  private postsFeed(
    read: ReadStretch<Id>,
    views: (ids: readonly Id[]) => Promise<{ readonly id: Id }[]>,
  ): Feed {
    return feedOf({
      name: 'posts',
      event: 'post',
      visibility: this.visibility,
      read: async (stretch) => (await read(stretch)).map((id) => ({ id })),
      views: (items) => views(items.map(({ id }) => id)),
    });
  }

  private notificationsFeed(readerId: Id): Feed {
    return feedOf({
      name: 'notifications',
      event: 'notification',
      visibility: this.visibility,
      read: (stretch) => this.notifications.list(readerId, [], stretch),
      views: async (items) => (await this.notificationViews.of(items, readerId)).views,
    });
  }
}

async function endOf(feeds: readonly Feed[]): Promise<Places> {
  return Object.fromEntries(
    await Promise.all(feeds.map(async (feed) => [feed.name, await feed.end()] as const)),
  );
}
