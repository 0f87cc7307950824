import assert from 'node:assert/strict';
import { problem, type UserBody } from '../client.ts';
import { word } from '../people.ts';
import { stories } from '../story.ts';

const add = stories('5. Search');
export const SEARCH = add.all;

const listed = (path: string, q: string, more = ''): string =>
  `/v1/search/${path}?q=${encodeURIComponent(q)}${more}`;

add(
  'By words, case and accents ignored, all words must match, "a phrase" and a trailing * for prefixes work, newest first',
  'posts with words of their own, found in all these ways, and not by other words',
  async (people) => {
    const [rare, other] = [word(), word()];
    const first = await people.publish(`The ${rare} Café of ${other}`);
    const second = await people.publish(`${rare.toUpperCase()}, again`);
    const find = async (q: string): Promise<string[]> =>
      (await people.nobody.page(listed('posts', q))).items.map(({ id }) => id);
    assert.deepEqual(await find(rare), [second.id, first.id]);
    assert.deepEqual(await find(`${rare} CAFE`), [first.id]);
    assert.deepEqual(await find(`${rare} cafe\u0301 ${other}`), [first.id]);
    assert.deepEqual(await find(`"${rare} cafe"`), [first.id]);
    assert.deepEqual(await find(`"cafe ${rare}"`), []);
    assert.deepEqual(await find(`${rare.slice(0, 9)}*`), [second.id, first.id]);
    assert.deepEqual(await find(rare.slice(0, 9)), []);
    assert.deepEqual(await find(`${rare} ${word()}`), []);
  },
);

add(
  'q is taken literally otherwise: OR, NOT, NEAR are words, punctuation separates words, a query without any word finds nothing',
  'operators of several engines around a word',
  async (people) => {
    const rare = word();
    const { id } = await people.publish(`just ${rare}`);
    const find = async (q: string): Promise<string[]> =>
      (await people.nobody.page(listed('posts', q))).items.map((one) => one.id);
    for (const q of [
      `${rare} OR just`,
      `NOT ${rare}`,
      `${rare} NEAR just`,
      `${rare} AND just`,
      `NEAR(${rare}, 2)`,
      `text:${rare}`,
      `{"$text":"${rare}"}`,
      `zzz OR ${rare}`,
    ]) {
      assert.deepEqual(await find(q), [], q);
    }
    for (const q of [
      `-${rare}`,
      `+${rare}!`,
      `(${rare})`,
      `^${rare}$`,
      `just;${rare}`,
      `"${rare}`,
      `%${rare}%`,
      `'${rare}'--`,
    ]) {
      assert.deepEqual(await find(q), [id], q);
    }
    for (const q of ['!?', '*', '""', '%', '.*', '\u{1f600}'.repeat(100)])
      assert.deepEqual(await find(q), [], q);
  },
);

add(
  'Reposts never appear; a quote matches by its own text only; replies appear',
  'a post with all three, found by its word and by theirs',
  async (people) => {
    const [rare, own] = [word(), word()];
    const post = await people.publish(rare);
    const bob = await people.person(3);
    await bob.repost(post.id);
    const quote = await bob.quote(post.id, own);
    const reply = await bob.reply(post.id, own);
    const find = async (q: string): Promise<string[]> =>
      (await people.nobody.page(listed('posts', q))).items.map(({ id }) => id);
    assert.deepEqual(await find(rare), [post.id]);
    assert.deepEqual(await find(own), [reply.id, quote.id]);
  },
);

add(
  'search/posts ?author=; filtering by an author who does not exist: an empty list; q 1 to 100 characters, else 400',
  'two authors of one word, a name in another case, of nobody, and one that cannot be; q that is missing, empty, twice, too long',
  async (people) => {
    const rare = word();
    const [ada, bob] = await people.people(2, 1);
    assert.ok(ada && bob);
    const [one] = [await ada.publish(rare), await bob.publish(rare)];
    const find = async (author: string): Promise<string[]> =>
      (await people.nobody.page(listed('posts', rare, `&author=${author}`))).items.map(({ id }) => id);
    assert.deepEqual(await find(ada.username.toUpperCase()), [one.id]);
    for (const nobody of [people.name(), 'no-such-user', '%00']) assert.deepEqual(await find(nobody), []);
    for (const path of ['posts', 'users']) {
      for (const bad of ['', '?q=', `?q=${'x'.repeat(101)}`, '?q=a&q=b', '?q[$ne]=x']) {
        problem(await people.nobody.get(`/v1/search/${path}${bad}`), 400, 'invalid-parameter');
      }
    }
  },
);

add(
  'search/users ?q= prefix',
  'the beginning of a name in another case; characters that are patterns elsewhere',
  async (people) => {
    const ada = await people.person();
    const find = async (q: string): Promise<string[]> =>
      (await people.nobody.page<UserBody>(listed('users', q))).items.map(({ id }) => id);
    assert.deepEqual(await find(ada.username.toUpperCase()), [ada.id]);
    assert.ok((await find(people.prefix)).length > 0);
    for (const q of ['%', '_', '.*', '^', '[a-z]', `${ada.username}%`, '\u0000'])
      assert.deepEqual(await find(q), [], q);
  },
);
