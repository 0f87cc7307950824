import type { Post, PostDraft } from '../post.js';

/** What is about to be published. */
export interface PostingAttempt {
  readonly draft: PostDraft;
  /** What a repost or quote is about, or what a reply answers. */
  readonly referred?: Post;
  readonly limits: PostingLimits;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface PostingLimits {
  /** Most code points of a text. */
  readonly textLength: number;
}

/** One rule for writing a post: throws a named error when the attempt breaks it. */
export type PostingPolicy = (attempt: PostingAttempt) => void;
