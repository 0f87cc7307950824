import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { PosterrClient, StreamEvent, StreamOptions } from '../src/main.js';
import type { Fault } from './front.js';
import { Drawer, publish, rejection, World } from './world.js';

/** Reads a stream as a program would. */
class Reader {
  readonly events: StreamEvent[] = [];
  readonly interruptions: unknown[] = [];
  readonly ended: Promise<void>;
  private readonly stopped = new AbortController();

  constructor(open: (options: StreamOptions) => AsyncIterable<StreamEvent>, lastEventId?: string) {
    const onInterrupted = (error: unknown): unknown => this.interruptions.push(error);
    const options = {
      signal: this.stopped.signal,
      onInterrupted,
      ...(lastEventId !== undefined && { lastEventId }),
    };
    this.ended = this.read(open(options));
  }

  get posts(): string[] {
    return this.events.flatMap((event) => (event.type === 'post' ? [event.data.text ?? ''] : []));
  }

  async until(condition: () => boolean): Promise<void> {
    for (let n = 0; !condition(); n += 1) {
      if (n > 3_000) throw new Error(`It did not come: ${JSON.stringify(this.events).slice(0, 500)}`);
      await setTimeout(10);
    }
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.ended;
  }

  private async read(events: AsyncIterable<StreamEvent>): Promise<void> {
    for await (const event of events) this.events.push(event);
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const STREAM = 'GET /v1/stream';

describe('streams', () => {
  let world: World;
  let reader: PosterrClient;
  let author: PosterrClient;
  let authorName: string;

  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(async () => {
    ({ client: reader } = await world.person());
    ({ client: author, username: authorName } = await world.person());
    await reader.PUT('/v1/me/following/{username}', { params: { path: { username: authorName } } });
    world.front.forget();
  });
  afterAll(() => world.stop());

  /** The first block of a stream, which is no event, tells where it begins: what is published after it will come. */
  const opened = async (path: string, times = 1): Promise<void> => {
    for (let n = 0; world.front.answered.filter((one) => one === path).length < times; n += 1) {
      if (n > 1_500) throw new Error('Nobody asked for the stream.');
      await setTimeout(10);
    }
    await setTimeout(300);
  };

  it('bring posts and notifications, typed', async () => {
    const read = new Reader((options) => reader.stream(options));
    await opened(STREAM);
    const { username } = (await reader.GET('/v1/me')).data;
    const id = await publish(author, `hello @${username}`);
    await read.until(() => read.events.length === 2);
    const [post, notification] = [...read.events].sort((a, b) => b.type.localeCompare(a.type));
    expect(post).toMatchObject({ type: 'post', data: { id } });
    expect(notification).toMatchObject({ type: 'notification', data: { type: 'mention', post: { id } } });
    await read.stop();
  });

  it('go on where they were, however often they are cut off', async () => {
    const read = new Reader((options) => reader.stream(options));
    await opened(STREAM);
    const texts: string[] = [];
    const say = async (): Promise<void> => {
      texts.push(`${texts.length}`);
      await publish(author, `${texts.length - 1}`);
    };
    for (const faults of [[], [{ status: 502 }]] satisfies Fault[][]) {
      await say();
      await read.until(() => read.posts.length === texts.length);
      await say();
      world.front.faults.set('/v1/stream', faults);
      world.front.cut();
      await say();
    }
    await read.until(() => read.posts.length >= texts.length);
    expect(read.posts).toEqual(texts);
    expect(read.interruptions).toHaveLength(3);
    await read.stop();
  }, 60_000);

  it('go on where a quiet stream was, of which there is no event', async () => {
    const read = new Reader((options) => reader.stream(options));
    await opened(STREAM);
    world.front.cut();
    await publish(author, 'while nobody was there');
    await read.until(() => read.posts.length === 1);
    expect(read.events).toHaveLength(1);
    await read.stop();
  });

  it('go on where no connection breaks, but nothing comes any more', async () => {
    const read = new Reader((options) => reader.stream({ ...options, longestSilence: 1 }));
    await opened(STREAM);
    // A connection must not escape its end because what asked for it is forgotten.
    collectGarbage();
    await read.until(() => read.interruptions.length === 1);
    expect(read.interruptions[0]).toMatchObject({ name: 'TimeoutError' });
    await opened(STREAM, 2);
    await publish(author, 'after it');
    await read.until(() => read.posts.length === 1);
    await read.stop();
  });

  it('go on with a new token when the old one has ended', async () => {
    const drawer = new Drawer();
    const { client } = await world.person({ sessions: drawer });
    await client.PUT('/v1/me/following/{username}', { params: { path: { username: authorName } } });
    const read = new Reader((options) => client.stream(options));
    await opened(STREAM);
    drawer.spoil();
    world.front.cut();
    await publish(author, 'meanwhile');
    await read.until(() => read.posts.length === 1);
    expect(world.front.count('POST /v1/auth/refresh')).toBe(1);
    await read.stop();
  });

  it('go on in the next start of a program', async () => {
    const first = new Reader((options) => world.client().publicStream(options));
    await opened('GET /v1/streams/public');
    await publish(author, 'one');
    await publish(author, 'two');
    await first.until(() => first.posts.length === 2);
    await first.stop();
    await publish(author, 'three');
    const next = new Reader((options) => world.client().publicStream(options), first.events[0]?.id);
    await next.until(() => next.posts.length === 2);
    expect(next.posts).toEqual(['two', 'three']);
    await next.stop();
  });

  it('tell that what was missed cannot be told', async () => {
    const read = new Reader((options) => reader.stream(options), 'long-ago');
    await read.until(() => read.events.length === 1);
    expect(read.events[0]).toMatchObject({ type: 'reset', id: expect.any(String) });
    await publish(author, 'after it');
    await read.until(() => read.posts.length === 1);
    await read.stop();
  });

  it('end with the loop that reads them, and leave nothing open', async () => {
    const loop = (async () => {
      for await (const event of reader.stream()) return event;
      return undefined;
    })();
    await opened(STREAM);
    await publish(author, 'hello');
    expect(await loop).toMatchObject({ type: 'post' });
    // As many as one user may have open: the eleventh would be refused.
    for (let n = 0; n < 11; n += 1) {
      const read = new Reader((options) => reader.stream(options), 'none');
      await read.until(() => read.events.length === 1);
      expect(read.interruptions).toEqual([]);
      await read.stop();
    }
  });

  it('throw what is refused for good', async () => {
    const nobody = world.client().stream()[Symbol.asyncIterator]();
    expect(await rejection(nobody.next())).toMatchObject({ code: 'invalid-token' });
  });
});
