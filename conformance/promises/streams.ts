import assert from 'node:assert/strict';
import { EventReader } from '../../test/support/event-source.ts';
import { type Client, type NotificationBody, type PostBody, problem } from '../client.ts';
import type { People } from '../people.ts';
import { Skip } from '../skip.ts';
import { stories } from '../story.ts';

const add = stories('6. Conventions');
export const STREAMS = add.all;

const postsIn = (stream: EventReader): string[] => stream.bodies<PostBody>('post').map(({ id }) => id);

async function open({ deployment }: People, reader: Client, lastEventId?: string): Promise<EventReader> {
  return EventReader.open(`${deployment.settings.url}/v1/stream`, {
    authorization: `Bearer ${(await reader.accessToken()) ?? ''}`,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  });
}

add(
  'Streaming: events are post, notification and reset; each event has an id; Last-Event-ID resumes without loss or repeats; with an id that is unknown, an event reset',
  'posts of somebody followed with mentions of the reader, read as they come, resumed after the first of them and after an id that was made up',
  async (people) => {
    if (people.deployment.document.at('/v1/stream').length === 0)
      throw new Skip('its document has no GET /v1/stream');
    problem(await people.nobody.get('/v1/stream'), 401, 'invalid-token');
    const [reader, author] = await people.people(2, 3);
    assert.ok(reader && author);
    await reader.follow(author);
    const streams: EventReader[] = [];
    const follow = async (lastEventId?: string): Promise<EventReader> => {
      const stream = await open(people, reader, lastEventId);
      streams.push(stream);
      return stream;
    };
    try {
      const live = await follow();
      const posts = [];
      for (const n of [1, 2, 3]) posts.push((await author.publish(`@${reader.username} ${n}`)).id);
      await live.until(() => postsIn(live).length >= 3 && live.bodies('notification').length >= 3);
      assert.deepEqual(postsIn(live), posts);
      assert.deepEqual(
        live.bodies<NotificationBody>('notification').map(({ post }) => post?.id),
        posts,
      );
      assert.equal(new Set(live.events.map(({ id }) => id)).size, live.events.length, 'each event has an id');
      const after = live.events.findIndex(({ event }) => event === 'post');
      const resumed = await follow(live.events[after]?.id);
      await resumed.until(() => resumed.events.length >= live.events.length - after - 1);
      const told = (events: EventReader['events']): string[] =>
        events.map(({ event, data }) => `${event} ${(JSON.parse(data) as { id: string }).id}`).toSorted();
      assert.deepEqual(told(resumed.events), told(live.events.slice(after + 1)));
      const lost = await follow('made-up');
      await lost.until(() => lost.events.length > 0);
      assert.equal(lost.events[0]?.event, 'reset');
    } finally {
      for (const stream of streams) stream.close();
    }
  },
);
