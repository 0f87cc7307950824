import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as SqliteAdapters from '../src/adapters/sqlite/sqlite-adapters.js';
import type * as Argon2 from '../src/adapters/system/argon2-password-hasher.js';
import type * as UuidV7 from '../src/adapters/system/uuid-v7-ids.js';
import type * as Configuration from '../src/config.js';
import type * as AccountPorts from '../src/modules/accounts/accounts.ports.js';
import type * as FollowPorts from '../src/modules/follows/follows.ports.js';
import type * as Mentions from '../src/modules/posts/domain/mentions.js';
import type * as Drafts from '../src/modules/posts/domain/post.js';
import type * as PostPorts from '../src/modules/posts/posts.ports.js';
import type * as TimelinePorts from '../src/modules/timelines/timelines.ports.js';
import type * as UserErrors from '../src/modules/users/domain/user.errors.js';
import type * as UserPorts from '../src/modules/users/users.ports.js';
import type * as Ids from '../src/shared/ids.js';
import type { Community, PlannedPost } from './community.ts';
import { DemoError } from './demo-error.ts';
import type { Progress } from './progress.ts';

const DIST = path.join(import.meta.dirname, '../dist');
const YEAR = 365 * 86_400_000;
/** Writes that are committed together. */
const BATCH = 200;
/** No quota, and no events: a million notifications would take longer than the posts. */
const TERMS = { postsPerDay: 0, eventsOf: () => [] };

/**
 * Writes a community into the database of the configuration, without a server: through the ports of the built adapters,
 * with everything that they keep exact (counters, search, quota), spread over the past year (or since the newest post).
 * Nobody is notified of it. Answers how many posts were written, and where.
 * @throws {DemoError} when there is no build, or the community is there already
 */
export async function fillDirectly(
  community: Community,
  password: string,
  progress: Progress,
): Promise<{ written: number; databaseUrl: string }> {
  if (!existsSync(path.join(DIST, 'main.js')))
    throw new DemoError('There is no build yet: run "npm run build" first.');
  const { loadEnvFile, readConfig } = await built<typeof Configuration>('config.js');
  const { openSqliteAdapters } = await built<typeof SqliteAdapters>('adapters/sqlite/sqlite-adapters.js');
  const { UuidV7Ids } = await built<typeof UuidV7>('adapters/system/uuid-v7-ids.js');
  const { TimelineStore } = await built<typeof TimelinePorts>('modules/timelines/timelines.ports.js');
  const { HIGHEST_ID, LOWEST_ID, timeOf } = await built<typeof Ids>('shared/ids.js');
  loadEnvFile();
  const { databaseUrl } = readConfig(process.env);

  const clock = { time: 0, now: () => clock.time };
  const adapters = openSqliteAdapters(databaseUrl, new UuidV7Ids(clock), clock);
  const store: Store = (port) => {
    const adapter = adapters.ports.find(([key]) => key === port)?.[1];
    if (!(adapter instanceof port)) throw new TypeError(`No adapter serves ${port.name}.`);
    return adapter;
  };
  try {
    const end = Date.now();
    const newestOnly = { from: LOWEST_ID, before: HIGHEST_ID, newestFirst: true, limit: 1 };
    const [newest] = await store(TimelineStore).all(newestOnly);
    clock.time = Math.max(end - YEAR, newest === undefined ? 0 : timeOf(newest));
    const people = await writePeople(community, store, password, progress);
    const written = await writePosts(community, people, store, clock, end, progress);
    return { written, databaseUrl };
  } finally {
    await adapters.close();
  }
}

type Store = <Port extends object>(port: abstract new (...args: never[]) => Port) => Port;

async function writePeople(
  { people, follows }: Community,
  store: Store,
  password: string,
  progress: Progress,
): Promise<string[]> {
  const { Argon2PasswordHasher } = await built<typeof Argon2>('adapters/system/argon2-password-hasher.js');
  const { AccountStore } = await built<typeof AccountPorts>('modules/accounts/accounts.ports.js');
  const { UsernameTaken } = await built<typeof UserErrors>('modules/users/domain/user.errors.js');
  const { FollowStore } = await built<typeof FollowPorts>('modules/follows/follows.ports.js');
  const { UserStore } = await built<typeof UserPorts>('modules/users/users.ports.js');
  const [accounts, users, followings] = [store(AccountStore), store(UserStore), store(FollowStore)];
  const credential = { passwordHash: await new Argon2PasswordHasher().hash(password) };

  const ids: string[] = [];
  progress.begin('people', people.length);
  for (const batch of batches(people, BATCH)) {
    const registered = batch.map(async ({ username, displayName, bio }) => {
      const id = await accounts.register({ username, displayName, credential });
      await users.change(id, { bio });
      return id;
    });
    const done = await Promise.all(registered).catch((error: unknown) => {
      if (!(error instanceof UsernameTaken)) throw error;
      throw new DemoError(
        'This community is in the database already. Take another --seed, or another DATA_DIR.',
      );
    });
    ids.push(...done);
    progress.step(batch.length);
  }
  progress.begin('follows', follows.length);
  for (const batch of batches(follows, BATCH)) {
    await Promise.all(batch.map(([a, b]) => followings.follow(ids[a] ?? '', ids[b] ?? '', [])));
    progress.step(batch.length);
  }
  return ids;
}

async function writePosts(
  community: Community,
  people: readonly string[],
  store: Store,
  clock: { time: number },
  end: number,
  progress: Progress,
): Promise<number> {
  const { mentionedNames } = await built<typeof Mentions>('modules/posts/domain/mentions.js');
  const drafts = await built<typeof Drafts>('modules/posts/domain/post.js');
  const { PostStore } = await built<typeof PostPorts>('modules/posts/posts.ports.js');
  const posts = store(PostStore);
  const idsOfNames = new Map(
    community.people.map(({ username }, n) => [username.toLowerCase(), people[n] ?? '']),
  );
  const published: Drafts.Post[] = [];

  const draftOf = ({ kind, author, text = '', subject }: PlannedPost): Drafts.PostDraft => {
    const authorId = people[author] ?? '';
    const about = published[subject ?? -1];
    if (!about) return mention(drafts.original(authorId, text));
    if (kind === 'repost') return drafts.repostOf(about, authorId);
    return mention(
      kind === 'quote' ? drafts.quoteOf(about, authorId, text) : drafts.replyTo(about, authorId, text),
    );
  };
  const mention = (draft: Drafts.PostDraft): Drafts.PostDraft => {
    const mentioned = mentionedNames(draft.text ?? '').map((name) => idsOfNames.get(name));
    return drafts.mentioning(
      draft,
      mentioned.filter((id) => id !== undefined),
    );
  };

  progress.begin('posts', community.size);
  const step = (end - clock.time) / community.size;
  const start = clock.time;
  let batch: Promise<Drafts.Post>[] = [];
  const finish = async (): Promise<void> => {
    for (const post of await Promise.all(batch)) {
      const { text: _, ...withoutText } = post;
      published.push(withoutText);
    }
    progress.step(batch.length);
    batch = [];
  };
  for (const planned of community.posts()) {
    batch.push(posts.publish(draftOf(planned), TERMS).then(({ post }) => post));
    if (batch.length < community.gap) continue;
    await finish();
    clock.time = Math.floor(start + published.length * step);
  }
  await finish();
  return published.length;
}

function* batches<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

async function built<Module>(file: string): Promise<Module> {
  return (await import(pathToFileURL(path.join(DIST, file)).href)) as Module;
}
