import { type Api, HOW_TO_START, type PostBody, Refused } from './api.ts';
import type { Community, Person, PlannedPost } from './community.ts';
import { DemoError } from './demo-error.ts';
import type { Progress } from './progress.ts';

interface Session {
  readonly user: { readonly id: string };
  readonly tokens: { readonly accessToken: string };
}

export interface FillOptions {
  readonly password: string;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Names this community: a second run under it finds its posts instead of publishing them again (for 24 hours). */
  readonly name: string;
}

/** A member of the community, who logs in again when the access token has run out. */
class Member {
  private readonly api: Api;
  private readonly person: Person;
  private readonly password: string;
  accessToken = '';

  constructor(api: Api, person: Person, password: string) {
    this.api = api;
    this.person = person;
    this.password = password;
  }

  async join(): Promise<void> {
    const { username, displayName, bio } = this.person;
    const body = { username, password: this.password, displayName };
    try {
      const { tokens } = await this.api.send<Session>('POST', '/v1/auth/register', {}, body);
      this.accessToken = tokens.accessToken;
    } catch (error) {
      if (!(error instanceof Refused && error.code === 'username-taken')) throw error;
      await this.logIn();
    }
    await this.send('PATCH', '/v1/me', { bio });
  }

  async send<Body>(method: string, path: string, body?: object, idempotencyKey?: string): Promise<Body> {
    const attempt = (): Promise<Body> => {
      const headers = {
        authorization: `Bearer ${this.accessToken}`,
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      };
      return this.api.send<Body>(method, path, headers, body);
    };
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Refused && error.status === 401)) throw error;
      await this.logIn();
      return attempt();
    }
  }

  private async logIn(): Promise<void> {
    const body = { username: this.person.username, password: this.password };
    const { tokens } = await this.api
      .send<Session>('POST', '/v1/auth/login', {}, body)
      .catch((error: unknown) => {
        if (!(error instanceof Refused && error.code === 'invalid-credentials')) throw error;
        throw new DemoError(
          `${this.person.username} is there already, with another password: take another --seed.`,
        );
      });
    this.accessToken = tokens.accessToken;
  }
}

export interface Filled {
  /** Of the first person. */
  readonly accessToken: string;
  /** Of all posts, in the order of the plan. */
  readonly ids: readonly string[];
  /** Of those posts that timelines show. */
  readonly listedIds: readonly string[];
  /** The post with the most direct replies. */
  readonly threadId: string;
}

/** Fills a running Posterr through its public API. */
export async function fillByApi(
  api: Api,
  community: Community,
  { password, concurrency, name }: FillOptions,
  progress: Progress,
): Promise<Filled> {
  const members = community.people.map((person) => new Member(api, person, password));
  const [first] = members;
  if (!first) throw new DemoError('A community needs people.');
  await first.join();
  await expectNoQuota(first);

  progress.begin('people', members.length);
  progress.step();
  await inParallel(members.slice(1), concurrency, async (member) => {
    await member.join();
    progress.step();
  });
  progress.begin('follows', community.follows.length);
  await inParallel(community.follows, concurrency, async ([follower, followed]) => {
    await at(members, follower).send('PUT', `/v1/me/following/${at(community.people, followed).username}`);
    progress.step();
  });

  const planned = [...community.posts()];
  const ids: Promise<string>[] = [];
  progress.begin('posts', planned.length);
  await inParallel(planned, concurrency, async (post, number) => {
    // Set before anything is awaited: whoever refers to this post begins later, and waits for it here.
    ids[number] = (async () => {
      const subject = post.subject === undefined ? undefined : await at(ids, post.subject);
      return publish(at(members, post.author), post, subject, `${name}-${number}`);
    })();
    await ids[number];
    progress.step();
  });
  const published = await Promise.all(ids);
  return {
    accessToken: first.accessToken,
    ids: published,
    listedIds: published.filter((_, number) => planned[number]?.kind !== 'reply'),
    threadId: at(published, mostAnswered(planned)),
  };
}

/** The number of the post with the most direct replies; the first post where nobody replied. */
function mostAnswered(planned: readonly PlannedPost[]): number {
  const replies = new Map<number, number>();
  let most = 0;
  for (const { kind, subject } of planned) {
    if (kind !== 'reply' || subject === undefined) continue;
    replies.set(subject, (replies.get(subject) ?? 0) + 1);
    if ((replies.get(subject) ?? 0) > (replies.get(most) ?? 0)) most = subject;
  }
  return most;
}

async function publish(
  author: Member,
  { kind, text }: PlannedPost,
  subject: string | undefined,
  key: string,
): Promise<string> {
  const sent = {
    original: () => author.send<PostBody>('POST', '/v1/posts', { text }, key),
    quote: () => author.send<PostBody>('POST', `/v1/posts/${subject ?? ''}/quotes`, { text }, key),
    reply: () => author.send<PostBody>('POST', `/v1/posts/${subject ?? ''}/replies`, { text }, key),
    repost: () => author.send<PostBody>('PUT', `/v1/posts/${subject ?? ''}/repost`),
  };
  return (await sent[kind]()).id;
}

async function expectNoQuota(member: Member): Promise<void> {
  const { limit } = await member.send<{ limit?: number }>('GET', '/v1/me/quota');
  if (limit === undefined) return;
  throw new DemoError(`The server allows ${limit} posts a day. Start it without limits:\n${HOW_TO_START}`);
}

/** Begins the work on the items in their order, so much of it at once; fails with the first that fails. */
async function inParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const entries = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of entries) await work(item, index);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`There is no item ${index}.`);
  return item;
}
