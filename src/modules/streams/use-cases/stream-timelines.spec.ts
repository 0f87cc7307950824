import { once } from 'node:events';
import { HttpAdapterHost } from '@nestjs/core';
import { openSqliteAdapters } from '../../../adapters/sqlite/sqlite-adapters.js';
import type { Config } from '../../../config.js';
import { Stores } from '../../../../test/support/stores.js';
import { HOUR, MINUTE } from '../../../shared/clock.js';
import type { Id } from '../../../shared/ids.js';
import { NotificationViews } from '../../notifications/notifications.public.js';
import { PostViews } from '../../posts/posts.public.js';
import { TooManyStreams } from '../domain/stream.errors.js';
import { EventIdKey } from '../event-ids.js';
import type { EventStream } from '../event-stream.js';
import { Live } from '../live.js';
import { StreamLimit } from '../stream-limit.js';
import { StreamTimelines } from './stream-timelines.js';

describe('StreamTimelines', () => {
  let stores: Stores;
  let live: Live;
  let streams: StreamTimelines;
  let ada: Id;
  let bob: Id;

  beforeEach(async () => {
    stores = await Stores.open(async (ids, clock) => openSqliteAdapters('sqlite::memory:', ids, clock));
    [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
    await stores.follow(ada, bob);
    const views = new PostViews(stores.posts, stores.users);
    const { timelines, notifications, visibility } = stores;
    live = new Live(views, stores.follows, new HttpAdapterHost(), timelines, notifications, visibility);
    streams = new StreamTimelines(
      live,
      new StreamLimit({ streamsPerClient: 2 } as Config),
      new EventIdKey({ bytes: () => Promise.resolve(new Uint8Array(32)) }),
      stores.clock,
      visibility,
      timelines,
      views,
      notifications,
      new NotificationViews(notifications, views, stores.users),
    );
  });
  afterEach(async () => {
    live.posts.stop();
    live.notifications.stop();
    await stores.close();
  });

  const open = (more: { lastEventId?: string; until?: number } = {}): Promise<EventStream> =>
    streams.ofReader({ client: 'ada', readerId: ada, ...more });

  /** What comes until `enough`; ends the stream. */
  async function read(stream: EventStream, enough: (text: string) => boolean): Promise<string> {
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
      if (enough(text)) break;
    }
    return text;
  }
  const countOf = (text: string, event: string): number =>
    [...text.matchAll(new RegExp(`^event: ${event}$`, 'gm'))].length;
  const firstId = async (): Promise<string> => {
    const text = await read(await open(), (sofar) => sofar.includes('\n\n'));
    return /^id: (.+)$/m.exec(text)?.[1] ?? '';
  };
  const publish = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await stores.post(bob, `post ${n}`);
  };

  it('goes on after any absence with at most 1,000 events', async () => {
    const lastEventId = await firstId();
    await publish(999);
    await stores.notifications.add([{ type: 'follow', recipientId: ada, actorId: bob, once: 'a' }]);
    stores.clock.advance(30 * HOUR);
    const text = await read(
      await open({ lastEventId }),
      (sofar) => countOf(sofar, '(post|notification)') === 1_000,
    );
    expect([countOf(text, 'post'), countOf(text, 'notification')]).toEqual([999, 1]);
    expect(countOf(text, 'reset')).toBe(0);
  });

  it('goes on after an hour with more events than that', async () => {
    const lastEventId = await firstId();
    await publish(1_100);
    stores.clock.advance(59 * MINUTE);
    const text = await read(await open({ lastEventId }), (sofar) => countOf(sofar, 'post') === 1_100);
    expect(countOf(text, 'reset')).toBe(0);
  });

  it('begins anew beyond both', async () => {
    await publish(1);
    const lastEventId = await firstId();
    await publish(1_001);
    stores.clock.advance(61 * MINUTE);
    const stream = await open({ lastEventId });
    const text = await read(stream, (sofar) => countOf(sofar, 'reset') === 1);
    expect(countOf(text, 'post')).toBe(0);
  });

  it('ends with the access token', async () => {
    const stream = await open({ until: stores.clock.now() + 50 });
    stream.resume();
    await once(stream, 'end');
    expect((await open({ until: stores.clock.now() - 1 })).readable).toBe(true);
  });

  it('tells nothing after its end to a reader who has not come to it', async () => {
    const stream = await open();
    stream.end();
    stream.end();
    stream.beat('an id');
    await publish(1);
    await live.posts.advance();
    expect(countOf(await read(stream, () => false), 'post')).toBe(0);
  });

  it('cuts off who does not read, and keeps no more than a bound for them', async () => {
    const stream = await open();
    let most = 0;
    for (let n = 0; n < 2_000 && !stream.destroyed; n += 1) {
      await stores.post(bob, 'x'.repeat(777));
      await live.posts.advance();
      most = Math.max(most, stream.readableLength);
    }
    expect(stream.destroyed).toBe(true);
    expect(most).toBeLessThan(300_000);
    expect(most).toBeGreaterThan(100_000);
  });

  it('waits for a slow reader who catches up', async () => {
    const lastEventId = await firstId();
    await publish(600);
    const stream = await open({ lastEventId });
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.readableLength).toBeLessThan(200_000);
    const text = await read(stream, (sofar) => countOf(sofar, 'post') === 600);
    expect(countOf(text, 'post')).toBe(600);
  });

  it('gives a place back when a stream ends, in whatever way', async () => {
    const [one, other] = [await open(), await open()];
    await expect(open()).rejects.toThrow(TooManyStreams);
    one.destroy();
    await once(one, 'close');
    const third = await open();
    await expect(open()).rejects.toThrow(TooManyStreams);
    other.end();
    other.resume();
    await once(other, 'close');
    const fourth = await open();
    for (const stream of [third, fourth]) stream.destroy();
  });
});
