import { type Client, type NotificationBody, type PostBody } from '../support/client.js';
import { EventReader } from '../support/event-source.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

stories('Streams', () => {
  let world: World;
  let ada: Client;
  let bob: Client;
  let cid: Client;
  const readers: EventReader[] = [];

  beforeAll(async () => {
    world = await World.start({ ADMIN_USERNAMES: 'root' });
    [ada, bob, cid] = [await world.person('ada'), await world.person('bob'), await world.person('cid')];
    await ada.follow('bob');
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close();
  });
  afterAll(() => world.stop());

  async function open(path: string, client?: Client, lastEventId?: string): Promise<EventReader> {
    const reader = await EventReader.open(world.url + path, {
      ...(client?.tokens && { authorization: `Bearer ${client.tokens.accessToken}` }),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    });
    readers.push(reader);
    return reader;
  }
  const textsOf = (reader: EventReader): (string | undefined)[] =>
    reader.bodies<PostBody>('post').map(({ text }) => text);

  it('tells followers of posts, reposts and quotes as the timeline shows them, and of no replies', async () => {
    const stream = await open('/v1/stream', ada);
    const theirs = await cid.publish('not followed');
    await ada.repost(theirs.id);
    const post = await bob.publish('followed');
    await bob.reply(post.id, 'a reply');
    const repost = await bob.repost(theirs.id);
    const quote = await bob.quote(theirs.id, 'a quote');
    await stream.until(() => stream.bodies('post').length === 3);
    await world.settle();

    // What was counted depends on when it was told.
    const uncounted = (view: PostBody): unknown =>
      JSON.parse(JSON.stringify(view, (key, value: unknown) => (key === 'counts' ? undefined : value)));
    const shown = await Promise.all(
      [post, repost, quote].map(async ({ id }) => (await ada.get<PostBody>(`/v1/posts/${id}`)).body),
    );
    expect(stream.bodies<PostBody>('post').map(uncounted)).toEqual(shown.map(uncounted));
  });

  it('tells of notifications', async () => {
    const stream = await open('/v1/stream', ada);
    await cid.publish('@ada listen');
    await cid.follow('ada');
    await stream.until(() => stream.bodies('notification').length >= 2);

    const { items } = await ada.page<NotificationBody>('/v1/me/notifications?limit=2');
    expect(stream.bodies<NotificationBody>('notification').slice(-2)).toEqual(items.toReversed());
  });

  it('tells everybody of all posts but replies', async () => {
    const [one, other] = [await open('/v1/streams/public'), await open('/v1/streams/public', ada)];
    const post = await cid.publish('to all');
    await cid.reply(post.id, 'not this');
    await cid.publish('and this');
    for (const stream of [one, other]) {
      await stream.until(() => stream.bodies('post').length === 2);
      expect(textsOf(stream)).toEqual(['to all', 'and this']);
      expect(stream.bodies<PostBody>('post').every((view) => view.viewer === undefined)).toBe(true);
    }
  });

  it('goes on after any event, without loss and without repeats, while people write', async () => {
    const live = await open('/v1/stream', ada);
    const from = live.lastEventId;
    const writing = (async () => {
      for (let n = 0; n < 40; n += 1) {
        await Promise.all([bob.publish(`post ${n}`), cid.publish(`@ada ${n}`)]);
      }
    })();
    const told: string[] = [];
    let at = from;
    for (let round = 0; round < 8; round += 1) {
      const stream = await open('/v1/stream', ada, at);
      await stream.until(() => stream.events.length >= 3);
      stream.close();
      // The client got this far.
      const got = stream.events.slice(0, 3);
      told.push(...got.map(({ data }) => data));
      at = got.at(-1)?.id ?? at;
    }
    await writing;
    const rest = await open('/v1/stream', ada, at);
    await rest.until(() => told.length + rest.events.length >= 80);
    await live.until(() => live.events.length >= 80);
    const idsOf = (data: string[]): string[] =>
      data.map((one) => (JSON.parse(one) as PostBody).id).toSorted();
    const all = idsOf([...told, ...rest.events.map(({ data }) => data)]);

    expect(all).toEqual(idsOf(live.events.map(({ data }) => data)));
    expect(new Set(all).size).toBe(80);
    expect(textsOf(live)).toEqual(Array.from({ length: 40 }, (_, n) => `post ${n}`));
  });

  it('begins anew after an id that is unknown, altered, or of another reader or stream', async () => {
    const own = await open('/v1/stream', ada);
    const others = [
      (await open('/v1/stream', bob)).lastEventId,
      (await open('/v1/streams/public')).lastEventId,
      'made-up',
      own.lastEventId.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      '',
    ];
    for (const id of others.slice(0, 4)) {
      const stream = await open('/v1/stream', ada, id);
      await stream.until(() => stream.events.length > 0);
      expect(stream.events[0]).toMatchObject({ event: 'reset', data: '{}' });
      const post = await bob.publish('after the reset');
      await stream.until(() => stream.bodies('post').length > 0);
      expect(stream.bodies<PostBody>('post')[0]?.id).toBe(post.id);
      stream.close();
      const resumed = await open('/v1/stream', ada, stream.events[0]?.id);
      await resumed.until(() => resumed.events.length > 0);
      expect(resumed.bodies<PostBody>('post')[0]?.id).toBe(post.id);
      resumed.close();
    }
  });

  it('leaves out what was hidden meanwhile', async () => {
    const { lastEventId } = await open('/v1/stream', ada);
    const hidden = await bob.publish('hidden soon');
    await bob.publish('stays');
    const admin = await world.person('root');
    expect((await admin.put(`/v1/admin/posts/${hidden.id}/hidden`)).status).toBe(204);
    const stream = await open('/v1/stream', ada, lastEventId);
    await stream.until(() => textsOf(stream).includes('stays'));
    expect(textsOf(stream)).not.toContain('hidden soon');
  });

  it('needs a good token for the stream of a reader, and takes no bad one for any', async () => {
    expect((await world.anonymous().get('/v1/stream')).status).toBe(401);
    const bad = { authorization: 'Bearer bad' };
    expect((await world.anonymous().get('/v1/streams/public', bad)).status).toBe(401);
  });

  it('answers HEAD at once', async () => {
    const { status, headers } = await ada.send('HEAD', '/v1/stream');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  it('may have ten streams of one user open', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => open('/v1/stream', cid)));
    const refused = await cid.get<{ code: string }>('/v1/stream');
    expect([refused.status, refused.body.code]).toEqual([429, 'too-many-streams']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    streams[0]?.close();
    await streams[1]?.until(() => streams[0]?.hasEnded === true);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const again = await open('/v1/stream', cid).catch(() => undefined);
      if (again) return;
    }
    throw new Error('The place of a stream that ended was not given back.');
  });
});
