import assert from 'node:assert/strict';
import type { Client, PageBody } from '../client.ts';
import { type People, word } from '../people.ts';
import { soon } from '../soon.ts';
import { type Story, stories } from '../story.ts';

const add = stories('2. Timelines and lists');
export const WALKS: readonly Story[] = add.all;

const BEFORE = 5;
const WHILE = 5;
const AT_ONCE = 3;

/** A list of which a story knows every item that it made. */
interface List {
  readonly reader: Client;
  /** Path, with a query. */
  readonly path: string;
  /** Makes an item, and answers its id. */
  readonly write: () => Promise<string>;
  /** Nobody else's items can be in it. */
  readonly isOwn: boolean;
  /** Items become visible a moment after the write. */
  readonly isLate?: boolean;
  readonly isOldestFirst?: boolean;
  /** How many items can be made, where these are fewer than a story likes to make. */
  readonly most?: number;
}

const LISTS: Readonly<Record<string, (people: People) => Promise<List>>> = {
  'timelines/all': async (people) => {
    const { createdAt } = await people.publish('a beginning');
    const write = async (): Promise<string> => (await people.publish('walked')).id;
    return { reader: people.nobody, path: `/v1/timelines/all?since=${createdAt}`, write, isOwn: false };
  },
  'timelines/following': async (people) => {
    const reader = await people.person();
    const followed = await people.known(BEFORE + WHILE + AT_ONCE);
    for (const one of followed) await reader.follow(one);
    const authors = followed.values();
    const write = async (): Promise<string> => (await nextOf(authors).publish('followed')).id;
    // Other stories have posts of these authors, too.
    return { reader, path: '/v1/timelines/following?since=2020-01-01', write, isOwn: false };
  },
  'users/{username}/posts?view=with-replies': async (people) => {
    const author = await people.person(3);
    const { id } = await people.publish('answered');
    let posts = 0;
    const write = async (): Promise<string> => {
      posts += 1;
      return (await (posts % 2 ? author.publish('x') : author.reply(id, 'y'))).id;
    };
    const path = `/v1/users/${author.username}/posts?view=with-replies`;
    return { reader: people.nobody, path, write, isOwn: true, most: people.quota };
  },
  'posts/{id}/replies': async (people) => {
    const { id } = await people.publish('answered');
    const write = async (): Promise<string> => (await (await people.author()).reply(id, 'walked')).id;
    return {
      reader: people.nobody,
      path: `/v1/posts/${id}/replies?since=2020-01-01`,
      write,
      isOwn: true,
      isOldestFirst: true,
    };
  },
  'posts/{id}/quotes': async (people) => {
    const { id } = await (await people.person(1)).publish('quoted');
    const write = async (): Promise<string> => (await (await people.author()).quote(id, 'walked')).id;
    return { reader: people.nobody, path: `/v1/posts/${id}/quotes?since=2020-01-01`, write, isOwn: true };
  },
  'posts/{id}/reposts': async (people) => {
    const { id } = await people.publish('reposted');
    const readers = (await people.known(BEFORE + WHILE + AT_ONCE)).values();
    const write = async (): Promise<string> => (await nextOf(readers).repost(id)).id;
    return { reader: people.nobody, path: `/v1/posts/${id}/reposts?since=2020-01-01`, write, isOwn: true };
  },
  'users/{username}/followers': async (people) => {
    const famous = await people.person();
    const fans = (await people.known(BEFORE + WHILE + AT_ONCE)).values();
    const write = async (): Promise<string> => {
      const one = nextOf(fans);
      await one.follow(famous);
      return one.id;
    };
    return {
      reader: people.nobody,
      path: `/v1/users/${famous.username}/followers?since=2020-01-01`,
      write,
      isOwn: true,
    };
  },
  'users/{username}/following': async (people) => {
    const fan = await people.person();
    const others = (await people.known(BEFORE + WHILE + AT_ONCE)).values();
    const write = async (): Promise<string> => {
      const one = nextOf(others);
      await fan.follow(one);
      return one.id;
    };
    return {
      reader: people.nobody,
      path: `/v1/users/${fan.username}/following?since=2020-01-01`,
      write,
      isOwn: true,
    };
  },
  users: async (people) => {
    const { user } = await people.person();
    const write = async (): Promise<string> => (await people.person()).id;
    return { reader: people.nobody, path: `/v1/users?since=${user?.joinedAt ?? ''}`, write, isOwn: false };
  },
  'me/notifications': async (people) => {
    const reader = await people.person();
    const write = async (): Promise<string> => (await people.publish(`@${reader.username}`)).id;
    return { reader, path: '/v1/me/notifications?types=mention', write, isOwn: true, isLate: true };
  },
  'search/posts': async (people) => {
    const rare = word();
    const write = async (): Promise<string> => (await people.publish(`${rare} found`)).id;
    return { reader: people.nobody, path: `/v1/search/posts?q=${rare}`, write, isOwn: true };
  },
};

interface Item {
  readonly id: string;
  readonly type?: string;
  readonly post?: { readonly id: string };
}

/** Notifications are told by their posts. */
const idOf = (item: Item): string => (item.type === undefined ? item.id : (item.post?.id ?? ''));
const idsOf = (items: readonly Item[]): string[] => items.map(idOf);

for (const [name, make] of Object.entries(LISTS)) {
  add(
    `${name}: walking next to the end shows every item that existed at the start exactly once; new ones do not shift pages; repeated prev misses none`,
    `${BEFORE} items walked by two while ${WHILE} more are written; these and ${AT_ONCE} written at once by prev, one by one, from an empty page too`,
    async (people) => walk(await make(people)),
  );
}

async function walk(list: List): Promise<void> {
  const { reader, path, write, isOldestFirst } = list;
  const most = Math.min(list.most ?? Infinity, BEFORE + WHILE + AT_ONCE);
  const atOnce = Math.min(AT_ONCE, Math.floor(most / 4) || 1);
  const existing: string[] = [];
  while (existing.length < Math.floor((most - atOnce) / 2) + 1) existing.push(await write());
  if (list.isLate) {
    await soon(async () =>
      assert.equal((await reader.page(`${path}&limit=100`)).items.length, existing.length),
    );
  }
  const first = await reader.page<Item>(`${path}&limit=2`);
  const written: string[] = [];
  const writing = (async () => {
    while (existing.length + written.length + atOnce < most) written.push(await write());
  })();
  // What fails while the pages are read is thrown below.
  writing.catch(() => undefined);
  const seen = await toTheEnd(list, first);
  await writing;
  const own = seen.filter((id) => existing.includes(id));
  assert.deepEqual(
    own,
    isOldestFirst ? existing : existing.toReversed(),
    'each that existed, once, in order',
  );
  assert.equal(new Set(seen).size, seen.length, 'nothing twice');
  if (list.isOwn && !isOldestFirst) assert.deepEqual(seen, own, 'new items do not shift pages');
  const poll = polling(list, isOldestFirst ? await reader.page<Item>(`${path}&limit=100`) : first);
  // What is written after the end of an oldest-first list was read is newer than it, too.
  await poll(isOldestFirst ? [] : written, true);
  await poll(await Promise.all(Array.from({ length: atOnce }, write)), false);
}

/** Follows `next` from the first page. */
async function toTheEnd({ reader, path }: List, first: PageBody<Item>): Promise<string[]> {
  const seen = idsOf(first.items);
  let { next } = first.page;
  while (next !== undefined) {
    const { items, page } = await reader.page<Item>(`${path}&limit=2`, next);
    assert.ok(
      items.length === 2 || !page.hasMore,
      'a page is shorter than limit only at the end of the list',
    );
    seen.push(...idsOf(items));
    next = page.next;
  }
  return seen;
}

/** Follows `prev` from a page, one by one: the function that it answers goes on until all that it is given was there. */
function polling(
  { reader, path }: List,
  from: PageBody<Item>,
): (expected: readonly string[], isOrdered: boolean) => Promise<void> {
  const newer: string[] = [];
  let { prev } = from.page;
  return (expected, isOrdered) =>
    soon(async () => {
      let hasItems = true;
      while (hasItems) {
        const { items, page } = await reader.page<Item>(`${path}&limit=1`, prev);
        newer.push(...idsOf(items));
        prev = page.prev;
        hasItems = items.length > 0;
      }
      const found = newer.filter((id) => expected.includes(id));
      if (isOrdered)
        assert.deepEqual(found, expected, 'repeated prev shows each that is newer, once, the nearest first');
      else
        assert.deepEqual(
          found.toSorted(),
          expected.toSorted(),
          'prev of an empty page shows what came later, once',
        );
      assert.equal(new Set(newer).size, newer.length, 'prev shows nothing twice');
    });
}

function nextOf(people: Iterator<Client>): Client {
  const { value } = people.next() as { value: Client | undefined };
  return value ?? assert.fail('nobody is left');
}
