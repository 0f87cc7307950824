import type { Id } from '../../../shared/ids.js';

export type PostKind = 'original' | 'repost' | 'quote' | 'reply';

/** Published at the time of its id, and never changed. */
export interface Post {
  readonly id: Id;
  readonly kind: PostKind;
  readonly authorId: Id;
  /** All kinds but a repost. */
  readonly text?: string;
  /** Users mentioned, in the order of the text. */
  readonly mentionIds: readonly Id[];
  /** Of a reply the root's id, of a repost its subject's conversation, else its own id. */
  readonly conversationId: Id;
  /** What a repost or quote is about: never a repost itself. */
  readonly subjectId?: Id;
  /** What a reply answers: never a repost. */
  readonly inReplyToId?: Id;
}

/** A post before the store gives it its id. Without `conversationId` it begins a conversation of its own. */
export type PostDraft = Omit<Post, 'id' | 'conversationId'> & { readonly conversationId?: Id };

/** How often a post was reposted, quoted and answered directly; hidden ones do not count. */
export interface PostCounts {
  readonly reposts: number;
  readonly quotes: number;
  readonly replies: number;
}
