import type { Client, PostBody, ProblemBody } from '../support/client.js';
import { stories } from '../support/stories.js';
import { World } from '../support/world.js';

stories('publishing', () => {
  let world: World;
  let ada: Client;
  let bob: Client;

  beforeAll(async () => {
    world = await World.start();
    [ada, bob] = await Promise.all([world.person('Ada', { displayName: 'Ada L.' }), world.person('bob')]);
  });
  afterAll(() => world.stop());

  it('somebody writes a post, and everybody can read it', async () => {
    const { status, headers, body } = await ada.post<PostBody>('/v1/posts', {
      text: '  Hello\r\n@BOB, @nobody! ',
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/posts/${body.id}`);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      kind: 'original',
      author: { id: ada.user?.id, username: 'Ada', displayName: 'Ada L.' },
      text: 'Hello\n@BOB, @nobody!',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      mentions: [{ id: bob.user?.id, username: 'bob' }],
      conversationId: body.id,
      counts: { reposts: 0, quotes: 0, replies: 0 },
      viewer: { reposted: false },
    });
    const { viewer: _, ...seenByAll } = body;
    expect((await world.anonymous().get(`/v1/posts/${body.id}`)).body).toEqual(seenByAll);
  });

  it('a repost has a subject and nothing of its own, and is made once', async () => {
    const post = await ada.publish('worth repeating');
    const first = await bob.put<PostBody>(`/v1/posts/${post.id}/repost`);
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      id: expect.any(String),
      kind: 'repost',
      author: { id: bob.user?.id, username: 'bob' },
      createdAt: expect.any(String),
      subject: {
        id: post.id,
        state: 'available',
        post: { ...post, counts: { reposts: 1, quotes: 0, replies: 0 }, viewer: { reposted: true } },
      },
      viewer: { reposted: true },
    });
    const again = await bob.put<PostBody>(`/v1/posts/${post.id}/repost`);
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    const cid = await world.person('cid');
    const ofRepost = await cid.repost(first.body.id);
    expect(ofRepost.subject?.id).toBe(post.id);
    expect((await ada.page(`/v1/posts/${post.id}/reposts`)).items.map(({ id }) => id)).toEqual([
      ofRepost.id,
      first.body.id,
    ]);
    expect((await ada.put<ProblemBody>(`/v1/posts/${first.body.id}/repost`)).body).toMatchObject({
      status: 422,
      code: 'self-repost',
    });
  });

  it('a quote embeds one level', async () => {
    const post = await ada.publish('to be quoted');
    const quote = await bob.quote(post.id, 'see this');
    const quoteOfQuote = await ada.quote(quote.id, 'see that');
    expect(quote.subject?.post?.text).toBe('to be quoted');
    expect(quote.conversationId).toBe(quote.id);
    expect(quoteOfQuote.subject?.post?.text).toBe('see this');
    expect(quoteOfQuote.subject?.post?.subject).toEqual({ id: post.id, state: 'available' });
    const repost = await bob.repost(quoteOfQuote.id);
    const ofRepost = await bob.post<ProblemBody>(`/v1/posts/${repost.id}/quotes`, { text: 'mine?' });
    expect(ofRepost.status).toBe(201);
    const own = await ada.post<ProblemBody>(`/v1/posts/${repost.id}/quotes`, { text: 'mine' });
    expect(own.body).toMatchObject({ status: 422, code: 'self-quote' });
    expect((await ada.page(`/v1/posts/${post.id}/quotes`)).items.map(({ id }) => id)).toEqual([quote.id]);
  });

  it('replies make a conversation', async () => {
    const root = await ada.publish('the beginning');
    const first = await bob.reply(root.id, 'a reply');
    const second = await ada.reply(first.id, 'a reply to the reply');
    expect(first).toMatchObject({ kind: 'reply', conversationId: root.id, mentions: [{ username: 'Ada' }] });
    expect(second).toMatchObject({
      conversationId: root.id,
      inReplyTo: { id: first.id, state: 'available' },
    });
    expect(second.inReplyTo?.post?.inReplyTo).toEqual({ id: root.id, state: 'available' });
    const third = await ada.reply(root.id, 'to myself');
    expect((await bob.page(`/v1/posts/${root.id}/replies`)).items.map(({ id }) => id)).toEqual([
      first.id,
      third.id,
    ]);
    const repost = await bob.repost(root.id);
    const ofRepost = await bob.reply(repost.id, 'to the original');
    expect(ofRepost.inReplyTo?.id).toBe(root.id);
    const { body } = await bob.get<PostBody>(`/v1/posts/${root.id}`);
    expect(body.counts).toEqual({ reposts: 1, quotes: 0, replies: 3 });
  });

  it('several posts come in the order asked', async () => {
    const one = await ada.publish('one');
    const two = await bob.publish('two');
    const { body } = await ada.get<{ items: PostBody[] }>(
      `/v1/posts?ids=${two.id},0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f,${one.id}`,
    );
    expect(body.items.map(({ id }) => id)).toEqual([two.id, one.id]);
    const tooMany = Array(101).fill(one.id).join();
    for (const ids of ['', `?ids=`, `?ids=x`, `?ids=${one.id},`, `?ids=${tooMany}`]) {
      const answer = await ada.get<ProblemBody>(`/v1/posts${ids}`);
      expect([ids.slice(0, 20), answer.status, answer.body.code]).toEqual([
        ids.slice(0, 20),
        400,
        'invalid-parameter',
      ]);
    }
  });

  it.each([
    ['nothing visible', { text: ' \u200b ' }, '/text', 'empty'],
    ['too long', { text: 'x'.repeat(778) }, '/text', 'too-long'],
    ['a control character', { text: 'a\u0000b' }, '/text', 'control-character'],
    ['half a character', '{"text":"a\\ud83d"}', '/text', 'malformed'],
    ['no text', {}, '/text', 'missing'],
    ['a wrong type', { text: 1 }, '/text', 'wrong-type'],
    ['an unknown field', { text: 'x', author: 'bob' }, '/author', 'unknown-field'],
  ])('a text with a fault is refused: %s', async (_, body, pointer, code) => {
    const answer = await ada.post<ProblemBody>('/v1/posts', body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'validation-failed', errors: [{ pointer, code }] });
  });

  it('posts are never changed or deleted', async () => {
    const { id } = await ada.publish('for ever');
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const { status, headers, body } = await ada.send<ProblemBody>(method, `/v1/posts/${id}`);
      expect([status, body.code]).toEqual([405, 'method-not-allowed']);
      expect(headers.get('allow')?.split(/, */)).toEqual(expect.arrayContaining(['GET', 'HEAD']));
    }
    expect((await ada.delete(`/v1/posts/${id}/repost`)).status).toBe(405);
  });
});
