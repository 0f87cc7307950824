import type { Id } from '../../../shared/ids.js';

export const NOTIFICATION_TYPES = ['follow', 'reply', 'repost', 'quote', 'mention'] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

export interface NewNotification {
  readonly type: NotificationType;
  readonly recipientId: Id;
  readonly actorId: Id;
  /** The new post, or of a repost the post reposted; of a follow none. */
  readonly postId?: Id;
  /** A recipient is told once under this name, whatever happens again. */
  readonly once: string;
}

export interface Notification extends Omit<NewNotification, 'once'> {
  readonly id: Id;
}

/** Who is told of a following: once for each pair of people, ever. */
export function ofFollow(followerId: Id, followedId: Id): NewNotification[] {
  return [{ type: 'follow', recipientId: followedId, actorId: followerId, once: `follow:${followerId}` }];
}

/** What a post is to those who are told of it. */
export interface PostTold {
  readonly id: Id;
  readonly kind: 'original' | 'repost' | 'quote' | 'reply';
  readonly authorId: Id;
  readonly mentionIds: readonly Id[];
  readonly subjectId?: Id;
}

/**
 * Who is told of a post: one notification for each recipient, a reply or quote before a mention, never its author.
 * `referredAuthorId` is the author of what it reposts, quotes or answers.
 */
export function ofPost(post: PostTold, referredAuthorId?: Id): NewNotification[] {
  const actorId = post.authorId;
  const told = new Map<Id, NewNotification>();
  const tell = (type: NotificationType, recipientId: Id, postId: Id): void => {
    if (recipientId === actorId || told.has(recipientId)) return;
    told.set(recipientId, { type, recipientId, actorId, postId, once: `post:${post.id}` });
  };
  if (referredAuthorId && post.kind !== 'original') {
    tell(post.kind, referredAuthorId, post.kind === 'repost' ? (post.subjectId ?? post.id) : post.id);
  }
  for (const mentioned of post.mentionIds) tell('mention', mentioned, post.id);
  return [...told.values()];
}
