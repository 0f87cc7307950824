import { planCommunity, TEXT_LENGTH } from './community.ts';
import { readCorpus, sentenceOf } from './corpus.ts';

const corpus = readCorpus();
const SIZES = { users: 50, posts: 3_000 };
const planned = (seed: string, sizes = SIZES): unknown => {
  const community = planCommunity(corpus, seed, sizes);
  return { ...community, posts: [...community.posts()] };
};

describe('a planned community', () => {
  const community = planCommunity(corpus, 'test', SIZES);
  const posts = [...community.posts()];

  it('is repeated by its seed, and by no other', () => {
    expect(planned('test')).toEqual(planned('test'));
    expect(planned('test')).not.toEqual(planned('another'));
  });

  it('has the sizes that were asked for, and posts of all kinds', () => {
    expect(community.people).toHaveLength(SIZES.users);
    expect(posts).toHaveLength(SIZES.posts);
    for (const kind of ['original', 'reply', 'repost', 'quote']) {
      expect(posts.filter((post) => post.kind === kind).length).toBeGreaterThan(SIZES.posts / 20);
    }
  });

  it('names nobody twice, and as Posterr wants it', () => {
    const names = community.people.map(({ username }) => username.toLowerCase());
    expect(new Set(names).size).toBe(SIZES.users);
    for (const { username, displayName, bio } of community.people) {
      expect(username).toMatch(/^[A-Za-z0-9]{1,14}$/);
      expect(displayName.length).toBeLessThanOrEqual(50);
      expect([...bio].length).toBeLessThanOrEqual(160);
    }
  });

  it('breaks no rule of posting', () => {
    const reposted = new Set<string>();
    for (const [number, { kind, author, text, subject }] of posts.entries()) {
      expect(text === undefined).toBe(kind === 'repost');
      expect(subject === undefined).toBe(kind === 'original');
      if (text !== undefined) expect([...text].length).toBeLessThanOrEqual(TEXT_LENGTH);
      if (subject === undefined) continue;
      expect(subject).toBeLessThan(number - community.gap);
      expect(posts[subject]?.kind).not.toBe('repost');
      if (kind !== 'reply') expect(posts[subject]?.author).not.toBe(author);
      if (kind === 'repost') expect(reposted.has(`${author} ${subject}`)).toBe(false);
      if (kind === 'repost') reposted.add(`${author} ${subject}`);
    }
  });

  it('has threads, mentions, and few people with many followers', () => {
    const threaded = posts.filter(
      ({ kind, subject }) => kind === 'reply' && posts[subject ?? -1]?.kind === 'reply',
    );
    expect(threaded.length).toBeGreaterThan(50);
    expect(posts.filter(({ text }) => text?.startsWith('@')).length).toBeGreaterThan(100);
    const followers = community.people.map(
      (_, person) => community.follows.filter(([, b]) => b === person).length,
    );
    const [most = 0, , , , , , , , , , tenth = 0] = followers.toSorted((a, b) => b - a);
    expect(most).toBeGreaterThan(1.4 * tenth);
    expect(community.follows.every(([a, b]) => a !== b)).toBe(true);
  });

  it('can be very small', () => {
    expect([...planCommunity(corpus, 'test', { users: 2, posts: 1 }).posts()]).toHaveLength(1);
  });
});

describe('a sentence of the corpus', () => {
  it.each([
    ["`` No evidence '' , he said .", '"No evidence," he said.'],
    ['Who are you ? ?', 'Who are you?'],
    ["`` Could we have a drink '' ? ?", '"Could we have a drink?"'],
    ['It is ( nearly ) done ; ; go on .', 'It is (nearly) done; go on.'],
  ])('%s', (words, sentence) => {
    expect(sentenceOf(words.split(' '))).toBe(sentence);
  });

  it('is well formed everywhere', () => {
    expect(corpus.sentences.length).toBeGreaterThan(40_000);
    expect(corpus.sentences.filter((one) => /``|''| [,.;:?!]|\/(?:at|nn|vbd|in)\b/.test(one)).length).toBe(0);
  });
});
