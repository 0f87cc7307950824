import type { DomainEvent } from '../../shared/events.js';
import type { IdempotencyKey } from '../../shared/idempotency.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { Post, PostCounts, PostDraft } from './domain/post.js';
import { PostNotFound } from './domain/post.errors.js';

export interface PublishTerms {
  /** Most posts of the author on the UTC day of the post; 0: no limit. */
  readonly postsPerDay: number;
  /** What to store together with the post. */
  readonly eventsOf: (post: Post) => readonly DomainEvent[];
  /** The request under which the post is published; kept together with it. */
  readonly idempotencyKey?: IdempotencyKey;
}

export interface Published {
  readonly post: Post;
  /** False: the author's repost of that subject was there already, and nothing was done. */
  readonly created: boolean;
  /** Posts of the author on the post's day, this one included. When not created: on the present day. */
  readonly usedToday: number;
}

/** A reference from one post to another. */
export interface PostReference {
  readonly id: Id;
  readonly hidden: boolean;
}

/** A post as one reader sees it. */
export interface PostState {
  readonly post: Post;
  readonly hidden: boolean;
  readonly counts: PostCounts;
  readonly subject?: PostReference;
  readonly inReplyTo?: PostReference;
  /** The reader has reposted it, or its subject when it is a repost; false without a reader. */
  readonly reposted: boolean;
}

/** Keeps the posts. Counters equal the lists that they count within a second, also after a crash. */
export abstract class PostStore {
  /**
   * Gives the draft its id and stores the post, its share of the quota, its events and its idempotency record in one
   * atomic step. Once a read has shown an id, a lower one appears only above what `Visibility` calls settled.
   * @throws QuotaExceeded when the author's posts of the day are used up.
   * @throws PostNotFound when its subject or the post answered does not exist or is hidden.
   * @throws IdempotencyKeyInUse when another request under the same key came first.
   */
  abstract publish(draft: PostDraft, terms: PublishTerms): Promise<Published>;

  /** A post that is there and not hidden. */
  abstract find(id: Id): Promise<Post | undefined>;

  /**
   * The post that is meant when `id` is reposted, quoted or answered: of a repost what it reposted.
   * @throws PostNotFound also when that is hidden.
   */
  async getSubject(id: Id): Promise<Post> {
    const post = await this.find(id);
    const subject = post?.kind === 'repost' && post.subjectId ? await this.find(post.subjectId) : post;
    if (!subject) throw new PostNotFound();
    return subject;
  }

  /** The posts of `ids` (at most 200) that exist, hidden ones too, and those that they refer to, in one command. */
  abstract load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, PostState>>;

  /** Direct replies. Hidden ones are in none of these lists. */
  abstract repliesTo(id: Id, stretch: Stretch): Promise<Id[]>;

  abstract quotesOf(id: Id, stretch: Stretch): Promise<Id[]>;

  abstract repostsOf(id: Id, stretch: Stretch): Promise<Id[]>;

  /** Posts of the author on a UTC day, in days since the epoch. */
  abstract usedOn(day: number, authorId: Id): Promise<number>;

  /**
   * Hides a post from every list, search and count, or shows it again; repeating changes nothing.
   * @throws PostNotFound when it does not exist.
   */
  abstract setHidden(id: Id, hidden: boolean): Promise<void>;
}
