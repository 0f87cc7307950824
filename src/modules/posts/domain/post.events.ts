import type { DomainEvent } from '../../../shared/events.js';
import type { Id } from '../../../shared/ids.js';
import type { Post } from './post.js';

/** A post of any kind was published. */
export type PostPublished = DomainEvent<
  'post-published',
  {
    readonly post: Post;
    /** Author of the subject of a repost or quote, or of the post answered. */
    readonly referredAuthorId?: Id;
  }
>;

export function postPublished(post: Post, referredAuthorId?: Id): PostPublished {
  return {
    type: 'post-published',
    actorId: post.authorId,
    data: { post, ...(referredAuthorId && { referredAuthorId }) },
  };
}
