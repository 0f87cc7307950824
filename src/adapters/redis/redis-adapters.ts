import type { PostPublished } from '../../modules/posts/domain/post.events.js';
import { FollowStore } from '../../modules/follows/follows.ports.js';
import { PostStore } from '../../modules/posts/posts.ports.js';
import { FanOut } from '../../modules/timelines/timelines.ports.js';
import type { Clock } from '../../shared/clock.js';
import { Outbox } from '../../shared/events.js';
import type { Id } from '../../shared/ids.js';
import { RequestCounter } from '../../shared/request-counter.js';
import { type Adapters, portOf } from '../adapters.js';
import { cachedAdapters } from './cached-adapters.js';
import { FanOutFrontier, RedisFanOut } from './fan-out.js';
import { homeTimelineAdapters } from './home-timeline-adapters.js';
import { HomeTimelines } from './home-timelines.js';
import { RedisConnection, type RedisSettings } from './redis-connection.js';
import { RedisRequestCounter } from './redis-request-counter.js';
import { TwoLevelCache } from './two-level-cache.js';

export interface RedisParts {
  readonly clock: Clock;
  /** Counts while Redis is away. */
  readonly alone: RequestCounter;
  /** This process also tells how far the fan-out is. */
  readonly isWorker: boolean;
}

/**
 * The same stores with Redis before them: what is read most is cached, readers have home timelines, and requests are
 * counted over all processes.
 */
export function withRedis(stores: Adapters, settings: RedisSettings, parts: RedisParts): Adapters {
  const { clock, alone, isWorker } = parts;
  const tracked = new RedisConnection(settings);
  const connection = new RedisConnection({ ...settings, tracking: false });
  const lists = new HomeTimelines(connection);
  const outbox = portOf(stores, Outbox);
  const oldestWaiting = async (): Promise<Id | undefined> =>
    ((await outbox.oldest('post-published')) as PostPublished | undefined)?.data.post.id;
  const frontier = new FanOutFrontier(lists, oldestWaiting, clock);
  const cached = cachedAdapters(
    homeTimelineAdapters(stores, lists, connection, clock),
    new TwoLevelCache(tracked),
  );
  return {
    ...cached,
    ports: [
      ...cached.ports,
      [RequestCounter, new RedisRequestCounter(tracked, alone)],
      [FanOut, new RedisFanOut(lists, portOf(stores, FollowStore), portOf(stores, PostStore))],
    ],
    start: async () => {
      tracked.start();
      connection.start();
      await cached.start();
      if (isWorker) frontier.start();
    },
    close: async () => {
      frontier.stop();
      await cached.close();
      tracked.close();
      connection.close();
    },
  };
}
