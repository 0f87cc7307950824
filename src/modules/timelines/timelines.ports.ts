import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';

/** `posts`: originals, reposts and quotes. `with-replies`: originals and replies. */
export const AUTHOR_VIEWS = ['posts', 'with-replies'] as const;
export type AuthorView = (typeof AUTHOR_VIEWS)[number];

/** Reads ids of posts in timelines. Hidden posts are in none of them. */
export abstract class TimelineStore {
  /** Every post but replies. */
  abstract all(stretch: Stretch): Promise<Id[]>;

  /** Posts of the people whom the reader follows now, replies left out. */
  abstract following(readerId: Id, stretch: Stretch): Promise<Id[]>;

  /** As `following`, from what `all` is read from too: what is visible there is visible here. It may cost more. */
  abstract followingAtOnce(readerId: Id, stretch: Stretch): Promise<Id[]>;

  abstract ofAuthor(authorId: Id, view: AuthorView, stretch: Stretch): Promise<Id[]>;
}

/** Brings new posts to the timelines of those who follow their author, where such timelines are kept. */
export abstract class FanOut {
  /**
   * A post became visible that timelines show. Repeating it changes nothing. When it throws, it must be called again.
   */
  abstract push(post: { readonly id: Id; readonly authorId: Id }): Promise<void>;
}
