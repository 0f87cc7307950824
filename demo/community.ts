import type { Corpus } from './corpus.ts';
import { Random } from './random.ts';

/** Who is in a community, whom they follow and what they post: wholly given by the corpus, the seed and the sizes. */
export interface Community {
  readonly people: readonly Person[];
  /** Pairs of indexes of people: the first follows the second. */
  readonly follows: readonly (readonly [follower: number, followed: number])[];
  /** How many posts there are. */
  readonly size: number;
  /** Post number n refers only to numbers below n - `gap`, so that `gap` posts can be published at once. */
  readonly gap: number;
  /** A new walk through the posts, in their order. */
  posts(): Generator<PlannedPost>;
}

export interface Person {
  readonly username: string;
  readonly displayName: string;
  readonly bio: string;
}

export interface PlannedPost {
  readonly kind: 'original' | 'repost' | 'quote' | 'reply';
  /** Index of a person. */
  readonly author: number;
  readonly text?: string;
  /** Number of the post that is reposted, quoted or answered: never of a repost. */
  readonly subject?: number;
}

export interface Sizes {
  readonly users: number;
  readonly posts: number;
}

/** What an original, quote or reply may have. */
export const TEXT_LENGTH = 777;
/** Its people have the plainest names. */
export const USUAL_SEED = 'posterr';
const BIO_LENGTH = 160;
const USERNAME_LENGTH = 14;
/** People talk of what is new: of so many posts before. */
const MEMORY = 4_000;
const MOST_AT_ONCE = 200;
const AVERAGE_FOLLOWED = 20;

export function planCommunity(corpus: Corpus, seed: string, { users, posts }: Sizes): Community {
  const people = peopleOf(corpus, seed, users);
  const gap = Math.min(MOST_AT_ONCE, Math.ceil(posts / 50));
  return {
    people,
    follows: followsOf(new Random(`${seed}/follows`), users),
    size: posts,
    gap,
    posts: () => postsOf(corpus, people, new Random(`${seed}/posts`), posts, gap),
  };
}

function peopleOf({ adjectives, nouns, sentences }: Corpus, seed: string, users: number): Person[] {
  const random = new Random(`${seed}/people`);
  // Communities of several seeds live on one server: names of all but the usual one end with two letters of the seed's.
  const mark =
    seed === USUAL_SEED
      ? ''
      : random
          .below(36 ** 2)
          .toString(36)
          .padStart(2, '0');
  const bios = sentences.filter((sentence) => sentence.length > 30 && [...sentence].length <= BIO_LENGTH);
  const taken = new Set<string>();
  const people: Person[] = [];
  while (people.length < users) {
    const adjective = random.pick(adjectives);
    const noun = random.pick(nouns);
    const name = adjective + noun + mark;
    const username = taken.has(name) ? name + String(random.below(1_000)) : name;
    if (username.length > USERNAME_LENGTH || taken.has(username)) continue;
    taken.add(username);
    people.push({ username, displayName: `${adjective} ${noun}`, bio: random.pick(bios) });
  }
  return people;
}

/** Few are followed by many and many by few: who is followed is drawn by a power law of the index. */
function followsOf(random: Random, users: number): [number, number][] {
  const follows: [number, number][] = [];
  for (let follower = 0; follower < users; follower += 1) {
    const count = Math.min(1 + random.powerLawBelow(AVERAGE_FOLLOWED * 6), users - 1);
    const followed = new Set<number>();
    for (let attempt = 0; followed.size < count && attempt < count * 20; attempt += 1) {
      const other = random.powerLawBelow(users);
      if (other !== follower) followed.add(other);
    }
    for (const other of followed) follows.push([follower, other]);
  }
  return follows;
}

function* postsOf(
  corpus: Corpus,
  people: readonly Person[],
  random: Random,
  posts: number,
  gap: number,
): Generator<PlannedPost> {
  const recent = new Recent(gap);
  const reposted = new Set<string>();
  for (let number = 0; number < posts; number += 1) {
    const author = random.powerLawBelow(people.length);
    const kind = kindOf(random.next());
    const subject = kind === 'original' ? undefined : recent.pick(random, number);
    const planned = subject && respond(kind, author, subject);
    if (planned?.kind === 'repost') {
      yield planned;
      continue;
    }
    recent.add({ number, author });
    const text = textOf(corpus, people, random);
    yield planned ? { ...planned, text } : { kind: 'original', author, text };
  }

  /** Nothing, when the author may not: nobody reposts or quotes themselves, or reposts anything twice. */
  function respond(kind: PlannedPost['kind'], author: number, subject: Talked): PlannedPost | undefined {
    if (kind !== 'reply' && subject.author === author) return undefined;
    if (kind === 'repost') {
      const once = `${author} ${subject.number}`;
      if (reposted.has(once)) return undefined;
      reposted.add(once);
      if (reposted.size > 4 * MEMORY) forgetOldest(reposted, MEMORY);
    }
    return { kind, author, subject: subject.number };
  }
}

interface Talked {
  readonly number: number;
  readonly author: number;
}

/** The posts that people still talk of. Each choice makes its post likelier to be chosen again: threads grow. */
class Recent {
  private readonly gap: number;
  private readonly entries: Talked[] = [];

  constructor(gap: number) {
    this.gap = gap;
  }

  add(post: Talked): void {
    this.entries.push(post);
    if (this.entries.length > 2 * MEMORY) this.entries.splice(0, MEMORY);
  }

  pick(random: Random, number: number): Talked | undefined {
    const eligible = Math.min(this.entries.length - this.gap, MEMORY);
    if (eligible < 1) return undefined;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const chosen = this.entries[this.entries.length - 1 - this.gap - random.powerLawBelow(eligible)];
      if (!chosen || chosen.number >= number - this.gap) continue;
      if (random.next() < 0.8) this.add(chosen);
      return chosen;
    }
    return undefined;
  }
}

function forgetOldest(set: Set<string>, count: number): void {
  for (const item of set) {
    if (count === 0) return;
    set.delete(item);
    count -= 1;
  }
}

function kindOf(chance: number): PlannedPost['kind'] {
  if (chance < 0.4) return 'original';
  if (chance < 0.72) return 'reply';
  return chance < 0.88 ? 'repost' : 'quote';
}

/** One to three sentences that stand together in the corpus; every eighth text mentions somebody. */
function textOf({ sentences }: Corpus, people: readonly Person[], random: Random): string {
  const first = random.below(sentences.length);
  const count = 1 + random.powerLawBelow(3);
  const mention =
    random.next() < 0.125 ? `@${people[random.powerLawBelow(people.length)]?.username ?? ''} ` : '';
  let text = mention + (sentences[first] ?? '');
  for (const sentence of sentences.slice(first + 1, first + count)) {
    if (text.length + 1 + sentence.length <= TEXT_LENGTH) text += ` ${sentence}`;
  }
  return [...text].slice(0, TEXT_LENGTH).join('').trim();
}
