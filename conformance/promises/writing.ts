import assert from 'node:assert/strict';
import { problem, good, type PostBody, type UserBody } from '../client.ts';
import { stories } from '../story.ts';

const add = stories('1. Rules of the domain');
export const WRITING = add.all;

add(
  'Username ^[A-Za-z0-9]{1,14}$; keeps its case, unique without regard to case; a lookup ignores case',
  'names that are and are not good; the same name in another case; a lookup',
  async (people) => {
    const { client } = await people.join({ username: `${people.name()}Xy` });
    const { username } = client;
    assert.match(username, /Xy$/);
    const found = await people.nobody.read<UserBody>(`/v1/users/${username.toUpperCase()}`);
    assert.equal(found.username, username, 'a lookup answers with the stored form');
    const again = { username: username.toUpperCase(), password: 'correct horse' };
    problem(await people.nobody.post('/v1/auth/register', again), 409, 'username-taken');
    for (const bad of ['', 'a b', 'é', 'a'.repeat(15), 'a_b', `${username}\n`]) {
      const refused = problem(
        await people.nobody.post('/v1/auth/register', { username: bad, password: 'correct horse' }),
        422,
        'validation-failed',
      );
      assert.deepEqual(
        refused.errors?.map(({ pointer }) => pointer),
        ['/username'],
      );
    }
  },
);

/** What is written, and what is kept of it. */
const ROUND_TRIPS = [
  ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
  ['Cafe\u0301', 'Caf\u00e9'],
  ['\u3000\u00a0 x \u2028\u0085\t', 'x'],
  ['a \u200d b \u{1f469}\u200d\u{1f4bb} \u05e9\u05dc', 'a \u200d b \u{1f469}\u200d\u{1f4bb} \u05e9\u05dc'],
  [
    'a\n\n\tb \\ " <b>&amp;</b> $where {"$gt":""} \' OR 1=1 --',
    'a\n\n\tb \\ " <b>&amp;</b> $where {"$gt":""} \' OR 1=1 --',
  ],
] as const;

add(
  'CRLF and CR become LF, then NFC, then Unicode white space is trimmed; everything else round-trips unchanged',
  'texts that are written, and read again by somebody else',
  async (people) => {
    for (const [raw, kept] of ROUND_TRIPS) {
      const author = await people.author();
      const post = await author.publish(raw);
      assert.equal(post.text, kept);
      assert.equal((await people.nobody.read<PostBody>(`/v1/posts/${post.id}`)).text, kept);
    }
  },
);

add(
  '1 to 777 code points remain; a text with nothing visible, a lone surrogate, or a control character (Cc) but newline and tab is refused',
  'lengths 1, 777 and 778 in characters of two code units; texts that are refused, at /text, by every publishing route',
  async (people) => {
    const { id } = await people.publish('answered and quoted');
    for (const text of ['\u{1f600}', '\u{1f600}'.repeat(777)]) {
      assert.equal((await (await people.author()).publish(text)).text, text);
    }
    const author = await people.person();
    const bad = [
      'x'.repeat(778),
      '\u{1f600}'.repeat(778),
      '',
      ' \u200b\u2060\n',
      'a\ud83d',
      '\udc00b',
      'a\u0000b',
      'a\u0007',
      'a\u0085b',
      'a\u001bb',
      'a\u007f',
    ];
    for (const text of bad) {
      for (const path of ['/v1/posts', `/v1/posts/${id}/quotes`, `/v1/posts/${id}/replies`]) {
        const refused = problem(await author.post(path, { text }), 422, 'validation-failed');
        assert.deepEqual(
          refused.errors?.map(({ pointer }) => pointer),
          ['/text'],
          JSON.stringify(text.slice(0, 10)),
        );
      }
    }
  },
);

add(
  'Posts cannot be edited or deleted, a repost cannot be undone: PUT, PATCH, DELETE on a post answer 405 with Allow',
  'the three methods on a post, DELETE on a repost; the post is the same afterwards',
  async (people) => {
    const { author, id } = await people.publish('for ever');
    const reader = await people.author();
    await reader.repost(id);
    const before = await people.nobody.read<PostBody>(`/v1/posts/${id}`);
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await author.send(method, `/v1/posts/${id}`, { body: { text: 'changed' } });
      problem(answer, 405, 'method-not-allowed');
      assert.match(answer.headers.get('allow') ?? '', /\bGET\b/);
    }
    problem(await reader.delete(`/v1/posts/${id}/repost`), 405, 'method-not-allowed');
    assert.deepEqual(await people.nobody.read<PostBody>(`/v1/posts/${id}`), before);
  },
);

add(
  "Repost: of other people's posts only. A second one by the same author is the same repost: 200. A stored subject is never a repost",
  "a repost, the same again, one of the repost, one of one's own post by way of a repost; ten at once make one",
  async (people) => {
    const post = await people.publish('worth repeating');
    const [bob, cid] = await people.people(2, 2);
    assert.ok(bob && cid);
    const first = await bob.put(`/v1/posts/${post.id}/repost`);
    const made = good<PostBody>(first, 201);
    assert.equal(first.headers.get('location'), `/v1/posts/${made.id}`);
    assert.deepEqual([made.kind, made.subject?.id, made.viewer], ['repost', post.id, { reposted: true }]);
    assert.equal(good<PostBody>(await bob.put(`/v1/posts/${post.id}/repost`), 200).id, made.id);
    assert.equal(good<PostBody>(await bob.put(`/v1/posts/${made.id}/repost`), 200).id, made.id);
    const atOnce = await Promise.all(
      Array.from({ length: 10 }, () => cid.put(`/v1/posts/${made.id}/repost`)),
    );
    assert.deepEqual(atOnce.map(({ status }) => status).toSorted(), [...Array<number>(9).fill(200), 201]);
    assert.equal(new Set(atOnce.map(({ json }) => (json as PostBody).id)).size, 1);
    assert.equal((atOnce[0]?.json as PostBody).subject?.id, post.id);
    problem(await post.author.put(`/v1/posts/${post.id}/repost`), 422, 'self-repost');
    problem(await post.author.put(`/v1/posts/${made.id}/repost`), 422, 'self-repost');
    assert.equal((await people.nobody.read<PostBody>(`/v1/posts/${post.id}`)).counts?.reposts, 2);
  },
);

add(
  "Quote: of other people's posts only; the subject of a quote of a repost is the original; a quote of a quote embeds one level",
  "a quote, one of it, one by way of a repost, one of one's own post",
  async (people) => {
    const post = await people.publish('to be quoted');
    const [bob, cid] = await people.people(2, 2);
    assert.ok(bob && cid);
    const quote = await bob.quote(post.id, 'see this');
    assert.deepEqual([quote.subject?.id, quote.subject?.post?.text], [post.id, 'to be quoted']);
    const second = await cid.quote(quote.id, 'see that');
    assert.deepEqual(second.subject?.post?.subject, { id: post.id, state: 'available' });
    const repost = await bob.repost(second.id);
    problem(await cid.post(`/v1/posts/${repost.id}/quotes`, { text: 'mine' }), 422, 'self-quote');
    problem(await post.author.post(`/v1/posts/${post.id}/quotes`, { text: 'mine' }), 422, 'self-quote');
    const ofRepost = await (await people.author()).quote(repost.id, 'by way of a repost');
    assert.equal(ofRepost.subject?.id, second.id);
    assert.deepEqual(
      (await cid.walk(`/v1/posts/${post.id}/quotes`)).map(({ id }) => id),
      [quote.id],
    );
  },
);

add(
  'Reply: to any post, own included; a reply to a repost goes to the original. Belongs to the conversation of its root',
  'a reply, one to it, one to oneself, one to a repost',
  async (people) => {
    const [ada, bob] = await people.people(2, 3);
    assert.ok(ada && bob);
    const root = await ada.publish('the beginning');
    const first = await bob.reply(root.id, 'a reply');
    const second = await ada.reply(first.id, 'a reply to the reply');
    const own = await ada.reply(root.id, 'to myself');
    const repost = await bob.repost(root.id);
    const ofRepost = await bob.reply(repost.id, 'to the original');
    assert.equal(ofRepost.inReplyTo?.id, root.id);
    for (const one of [first, second, own, ofRepost]) assert.equal(one.conversationId, root.id);
    assert.deepEqual(second.inReplyTo?.post?.inReplyTo, { id: root.id, state: 'available' });
    const listed = await people.nobody.walk(`/v1/posts/${root.id}/replies`);
    assert.deepEqual(
      listed.map(({ id }) => id),
      [first.id, own.id, ofRepost.id],
      'replies to the root, oldest first',
    );
  },
);

add(
  'A post that is not there cannot be quoted, reposted or answered (404)',
  'an id that nobody has, by every route that takes one',
  async (people) => {
    const someone = await people.person();
    const path = '/v1/posts/0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f';
    problem(await someone.get(path), 404, 'post-not-found');
    problem(await someone.put(`${path}/repost`), 404, 'post-not-found');
    for (const list of ['quotes', 'replies']) {
      problem(await someone.post(`${path}/${list}`, { text: 'x' }), 404, 'post-not-found');
      problem(await someone.get(`${path}/${list}`), 404, 'post-not-found');
    }
    problem(await someone.get(`${path}/reposts`), 404, 'post-not-found');
  },
);
