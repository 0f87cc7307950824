import { parseSearchQuery } from '../../src/modules/search/domain/search-query.js';
import type { Id } from '../../src/shared/ids.js';
import { everything, type OpenAdapters, Stores } from '../support/stores.js';

/** What every PostSearch promises. */
export function postSearchContract(open: OpenAdapters): void {
  let stores: Stores;
  let ada: Id;
  beforeEach(async () => {
    stores = await Stores.open(open);
    ada = await stores.user('ada');
  });
  afterEach(() => stores.close());

  const find = (typed: string, authorId?: Id): Promise<Id[]> =>
    stores.search.find(parseSearchQuery(typed), everything(), authorId);

  it.each([
    ['whale', 'The Blue Whale sings', true],
    ['BLUE whale', 'the blue whale', true],
    ['whale blue', 'the blue whale', true],
    ['blue ship', 'the blue whale', false],
    ['cafe', 'Un café crème', true],
    ['creme CAFÉ', 'Un cafe\u0301 crème', true],
    ['"blue whale"', 'a blue, whale', true],
    ['"blue whale"', 'a whale, blue', false],
    ['"blue whale"', 'a blue big whale', false],
    ['wha*', 'the blue whale', true],
    ['hale*', 'the blue whale', false],
    ['wha', 'the blue whale', false],
    ['blu* wha*', 'the blue whale', true],
    ['OR', 'neither NOT nor AND', false],
    ['not or', 'to be or not to be', true],
    ['blue OR ship', 'the blue whale', false],
    ['NEAR(blue, 2)', 'near the blue 2', true],
    ['text:blue', 'the blue whale', false],
    ['author', 'the blue whale', false],
    ["it's", "it's here", true],
    ['user@example.org', 'write to user at example org', true],
    ['привет', 'Привет, мир', true],
    ['2026', 'in 2026', true],
    ['" ; DROP', 'x; drop "', true],
    ['ελλαδα', 'Ελλάδα', true],
    ['ΣΊΣΥΦΟΣ', 'ο Σίσυφος', true],
    ['елка', 'Ёлка', true],
    ['istanbul', 'İstanbul', true],
    ['STRASSE', 'die Straße', true],
    ['محمد', 'مُحَمَّد', true],
    ['की', 'का', false],
    ['की', 'उस की', true],
    ['か', 'が', false],
    ['\u{1e900}*', '\u{1e922}\u{1e923}', true],
    ['\u0301', 'a \u0301 mark alone', false],
    ['mark \u0301', 'a \u0301 mark alone', false],
    ['\u0301*', 'anything', false],
    ['blue-whale', 'the blue, dear, whale', true],
    ['AND AND OR', 'or and', true],
    ['blue*whale', 'bluebell whale', true],
    ['"blue wha*"', 'the blue whale', false],
    ['x'.repeat(100), 'x'.repeat(777), false],
    [`${'x'.repeat(99)}*`, 'x'.repeat(777), true],
  ])('%s in %j: %s', async (typed, text, found) => {
    const { id } = await stores.post(ada, text);
    expect(await find(typed)).toEqual(found ? [id] : []);
  });

  it('finds originals, quotes by their own words, and replies, newest first, but no repost', async () => {
    const bob = await stores.user('bob');
    const post = await stores.post(ada, 'the blue whale');
    const reply = await stores.reply(post, bob, 'what a whale');
    const quote = await stores.quote(post, bob, 'look at this');
    await stores.repost(post, bob);
    expect(await find('whale')).toEqual([reply.id, post.id]);
    expect(await find('look')).toEqual([quote.id]);
    expect(await find('whale', bob)).toEqual([reply.id]);
    expect(await find('look', ada)).toEqual([]);
    expect(await find(bob.replaceAll('-', ''))).toEqual([]);
  });

  it('reads any stretch', async () => {
    const ids: Id[] = [];
    for (let n = 0; n < 6; n += 1) {
      ids.push((await stores.post(ada, `whale ${n}`)).id);
      await stores.post(ada, 'ship');
    }
    const read = (more: object): Promise<Id[]> =>
      stores.search.find(parseSearchQuery('whale'), everything(more));
    expect(await read({})).toEqual(ids.toReversed());
    expect(await read({ limit: 2, newestFirst: false })).toEqual(ids.slice(0, 2));
    expect(await read({ from: ids[1], before: ids[4] })).toEqual(ids.slice(1, 4).toReversed());
    const [last = ''] = ids.toReversed();
    expect(await read({ from: last })).toEqual([last]);
    expect(await read({ from: last.replace(/.$/, 'f').replace(/^..../, 'ffff') })).toEqual([]);
  });

  it('finds the few posts of an author among many of others with the same words', async () => {
    const bob = await stores.user('bob');
    const theirs = [await stores.post(bob, 'whale one')];
    for (let n = 0; n < 40; n += 1) await stores.post(ada, `whale ${n}`);
    theirs.push(await stores.post(bob, 'whale two'));
    expect(await find('whale', bob)).toEqual(theirs.map(({ id }) => id).toReversed());
    expect(await find('whale one', bob)).toEqual([theirs[0]?.id]);
    expect(await find('whale', '01890000-0000-7000-8000-000000000000')).toEqual([]);
  });

  it('finds a post again that is shown again, once', async () => {
    const { id } = await stores.post(ada, 'the blue whale');
    await stores.posts.setHidden(id, true);
    expect(await find('whale')).toEqual([]);
    await stores.posts.setHidden(id, false);
    await stores.posts.setHidden(id, false);
    expect(await find('whale')).toEqual([id]);
  });
}
