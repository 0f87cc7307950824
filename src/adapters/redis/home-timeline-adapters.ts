import { FollowStore } from '../../modules/follows/follows.ports.js';
import { PostStore } from '../../modules/posts/posts.ports.js';
import { TimelineStore } from '../../modules/timelines/timelines.ports.js';
import type { Clock } from '../../shared/clock.js';
import { Visibility } from '../../shared/page.js';
import { type Adapters, portOf } from '../adapters.js';
import { HomeTimelineChanges } from './home-timeline-changes.js';
import type { HomeTimelines } from './home-timelines.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisFollowStore } from './redis-follow-store.js';
import { RedisPostStore } from './redis-post-store.js';
import { RedisTimelineStore } from './redis-timeline-store.js';
import { RedisVisibility } from './redis-visibility.js';

/** The same adapters, with home timelines in Redis before the timelines of the database. */
export function homeTimelineAdapters(
  adapters: Adapters,
  lists: HomeTimelines,
  connection: RedisConnection,
  clock: Clock,
): Adapters {
  const changes = new HomeTimelineChanges(lists, connection);
  const follows = portOf(adapters, FollowStore);
  const timelines: RedisTimelineStore[] = [];
  const withLists = (adapter: object): object => {
    if (adapter instanceof FollowStore) return new RedisFollowStore(adapter, changes);
    if (adapter instanceof PostStore) return new RedisPostStore(adapter, changes);
    if (adapter instanceof Visibility) return new RedisVisibility(adapter, clock);
    if (!(adapter instanceof TimelineStore)) return adapter;
    const timeline = new RedisTimelineStore({ inner: adapter, follows, lists, changes, clock });
    timelines.push(timeline);
    return timeline;
  };
  return {
    ...adapters,
    ports: adapters.ports.map(([port, adapter]) => [port, withLists(adapter)]),
    close: async () => {
      changes.close();
      for (const timeline of timelines) await timeline.settle();
      await adapters.close();
    },
  };
}
