import type { Id } from '../../../shared/ids.js';

export const POST_KINDS = ['original', 'repost', 'quote', 'reply'] as const;
export type PostKind = (typeof POST_KINDS)[number];

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

export function original(authorId: Id, text: string): PostDraft {
  return { kind: 'original', authorId, text, mentionIds: [] };
}

export function repostOf(subject: Post, authorId: Id): PostDraft {
  const { id: subjectId, conversationId } = subject;
  return { kind: 'repost', authorId, mentionIds: [], conversationId, subjectId };
}

export function quoteOf(subject: Post, authorId: Id, text: string): PostDraft {
  return { kind: 'quote', authorId, text, mentionIds: [], subjectId: subject.id };
}

/** Whoever is answered is mentioned, whatever the text says. */
export function replyTo(answered: Post, authorId: Id, text: string): PostDraft {
  const { id: inReplyToId, conversationId } = answered;
  return { kind: 'reply', authorId, text, mentionIds: [answered.authorId], conversationId, inReplyToId };
}

/** Adds the users whom the text mentions, in its order, before those mentioned in any case. */
export function mentioning(draft: PostDraft, userIds: readonly Id[]): PostDraft {
  return { ...draft, mentionIds: [...new Set([...userIds, ...draft.mentionIds])] };
}
