import { AccountStore, RefreshTokenStore, SecretStore } from '../../src/modules/accounts/accounts.ports.js';
import { FollowStore } from '../../src/modules/follows/follows.ports.js';
import { NotificationStore } from '../../src/modules/notifications/notifications.ports.js';
import { PostStore } from '../../src/modules/posts/posts.ports.js';
import { PostSearch } from '../../src/modules/search/search.ports.js';
import { TimelineStore } from '../../src/modules/timelines/timelines.ports.js';
import { UserStore } from '../../src/modules/users/users.ports.js';
import { type Adapters, portOf } from '../../src/adapters/adapters.js';
import { UuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { PostDraft } from '../../src/modules/posts/domain/post.js';
import { original, quoteOf, replyTo, repostOf } from '../../src/modules/posts/domain/post.js';
import type { Post } from '../../src/modules/posts/domain/post.js';
import { Clock } from '../../src/shared/clock.js';
import { Outbox } from '../../src/shared/events.js';
import { IdempotencyStore } from '../../src/shared/idempotency.js';
import { HIGHEST_ID, type Id, type Ids, LOWEST_ID } from '../../src/shared/ids.js';
import { type Stretch, Visibility } from '../../src/shared/page.js';

/** Opens the adapters of one technology on an empty database. */
export type OpenAdapters = (ids: Ids, clock: Clock) => Promise<Adapters>;

/** A clock that stands until it is told to go on. */
export class HandClock extends Clock {
  constructor(private ms = Date.parse('2026-03-25T12:00:00Z')) {
    super();
  }

  now(): number {
    return this.ms;
  }

  advance(ms: number): void {
    this.ms += ms;
  }
}

/** Everything of a list, newest first unless told otherwise. */
export function everything(more: Partial<Stretch> = {}): Stretch {
  return { from: LOWEST_ID, before: HIGHEST_ID, newestFirst: true, limit: 1_000, ...more };
}

/** The store ports of one technology, and short ways to fill them. */
export class Stores {
  readonly visibility: Visibility;
  readonly outbox: Outbox;
  readonly idempotency: IdempotencyStore;
  readonly users: UserStore;
  readonly accounts: AccountStore;
  readonly refreshTokens: RefreshTokenStore;
  readonly secrets: SecretStore;
  readonly follows: FollowStore;
  readonly posts: PostStore;
  readonly timelines: TimelineStore;
  readonly notifications: NotificationStore;
  readonly search: PostSearch;

  private constructor(
    private readonly adapters: Adapters,
    readonly clock: HandClock,
  ) {
    this.visibility = this.port(Visibility);
    this.outbox = this.port(Outbox);
    this.idempotency = this.port(IdempotencyStore);
    this.users = this.port(UserStore);
    this.accounts = this.port(AccountStore);
    this.refreshTokens = this.port(RefreshTokenStore);
    this.secrets = this.port(SecretStore);
    this.follows = this.port(FollowStore);
    this.posts = this.port(PostStore);
    this.timelines = this.port(TimelineStore);
    this.notifications = this.port(NotificationStore);
    this.search = this.port(PostSearch);
  }

  static async open(open: OpenAdapters): Promise<Stores> {
    const clock = new HandClock();
    return new Stores(await open(new UuidV7Ids(clock), clock), clock);
  }

  static of(adapters: Adapters, clock: HandClock): Stores {
    return new Stores(adapters, clock);
  }

  async close(): Promise<void> {
    await this.adapters.close();
  }

  user(username: string, displayName?: string): Promise<Id> {
    const credential = { passwordHash: `hash of ${username}` };
    return this.accounts.register({ username, ...(displayName && { displayName }), credential });
  }

  async publish(draft: PostDraft, postsPerDay = 0): Promise<Post> {
    return (await this.posts.publish(draft, { postsPerDay, eventsOf: () => [] })).post;
  }

  post(authorId: Id, text = 'a post'): Promise<Post> {
    return this.publish(original(authorId, text));
  }

  repost(subject: Post, authorId: Id): Promise<Post> {
    return this.publish(repostOf(subject, authorId));
  }

  quote(subject: Post, authorId: Id, text = 'a quote'): Promise<Post> {
    return this.publish(quoteOf(subject, authorId, text));
  }

  reply(answered: Post, authorId: Id, text = 'a reply'): Promise<Post> {
    return this.publish(replyTo(answered, authorId, text));
  }

  async follow(followerId: Id, followedId: Id): Promise<void> {
    await this.follows.follow(followerId, followedId, []);
  }

  private port<Adapter extends object>(port: abstract new (...args: never[]) => Adapter): Adapter {
    return portOf(this.adapters, port);
  }
}
