import type { mongo } from 'mongoose';
import type { Post, PostCounts } from '../../modules/posts/domain/post.js';
import type { PostState } from '../../modules/posts/posts.ports.js';
import { wordsOf } from '../../modules/search/domain/search-query.js';
import type { DomainEvent } from '../../shared/events.js';
import type { Id } from '../../shared/ids.js';
import type { Pending, PostDocument, Uuid } from './mongo-documents.js';
import { bucketOf, toId, toUuid } from './mongo-ids.js';
import { toStoredEvents } from './mongo-outbox.js';

/** Which list a shown post of a kind is in. */
export const LISTED = { original: 'post', repost: 'post', quote: 'post', reply: 'reply' } as const;
const COUNTED_AS = { repost: 'reposts', quote: 'quotes', reply: 'replies' } as const;

export const LOADED_FIELDS = {
  kind: 1,
  authorId: 1,
  text: 1,
  mentionIds: 1,
  conversationId: 1,
  refersTo: 1,
  hidden: 1,
  counts: 1,
} as const;
type Loaded = Pick<PostDocument, '_id' | keyof typeof LOADED_FIELDS>;

/** A post with all that its view is made of. */
export interface LoadedPost extends Loaded {
  /** What it refers to, with what that refers to; none or one. */
  readonly referred: readonly (Loaded & { readonly referred: readonly { readonly hidden: boolean }[] })[];
  /** Of the post and of what it refers to. */
  readonly pending: readonly { readonly pending: readonly Pending[] }[];
  /** Of the two those that the reader reposted. */
  readonly reposts?: readonly { readonly refersTo: Uuid }[];
}

export function loadPipeline(ids: readonly Id[], readerId: Id | undefined): mongo.Document[] {
  const referred = (pipeline: mongo.Document[]): mongo.Document => ({
    $lookup: { from: 'posts', localField: 'refersTo', foreignField: '_id', as: 'referred', pipeline },
  });
  const ofBoth = (field: string, as: string, pipeline: mongo.Document[]): mongo.Document => ({
    $lookup: { from: 'posts', localField: 'both', foreignField: field, as, pipeline },
  });
  return [
    { $match: { _id: { $in: ids.map(toUuid) }, bucket: { $in: [...new Set(ids.map(bucketOf))] } } },
    { $project: LOADED_FIELDS },
    referred([{ $project: LOADED_FIELDS }, referred([{ $project: { hidden: 1 } }])]),
    // What is missing would be looked up as null, and found in every document without the field.
    { $set: { both: { $filter: { input: ['$_id', '$refersTo'], cond: { $ne: ['$$this', null] } } } } },
    ofBoth('pending.of', 'pending', [{ $project: { pending: 1 } }]),
    ...(readerId === undefined ? [] : [ofBoth('refersTo', 'reposts', repostsBy(readerId))]),
  ];
}

function repostsBy(readerId: Id): mongo.Document[] {
  const $match = { bucket: bucketOf(readerId), authorId: toUuid(readerId), kind: 'repost' };
  return [{ $match }, { $project: { refersTo: 1 } }];
}

export function toPost({ _id, kind, authorId, text, mentionIds, conversationId, refersTo }: Loaded): Post {
  return {
    id: toId(_id),
    kind,
    authorId: toId(authorId),
    ...(text !== undefined && { text }),
    mentionIds: mentionIds.map(toId),
    conversationId: toId(conversationId),
    ...(refersTo && { [kind === 'reply' ? 'inReplyToId' : 'subjectId']: toId(refersTo) }),
  };
}

export function toStates(loaded: readonly LoadedPost[]): Map<Id, PostState> {
  const states = new Map<Id, PostState>();
  for (const post of loaded) {
    const pending = post.pending.flatMap((one) => one.pending);
    const reposted = new Set(post.reposts?.map(({ refersTo }) => toId(refersTo)));
    for (const one of [...post.referred, post]) {
      states.set(toId(one._id), toState(one, one.referred[0]?.hidden, pending, reposted));
    }
  }
  return states;
}

function toState(
  document: Loaded,
  referredHidden: boolean | undefined,
  pending: readonly Pending[],
  reposted: ReadonlySet<Id>,
): PostState {
  const post = toPost(document);
  const { id, subjectId, inReplyToId } = post;
  const hidden = referredHidden ?? false;
  const counted = (what: keyof PostCounts): number =>
    pending
      .filter((one) => one.what === what && toId(one.of) === id)
      .reduce((sum, { by }) => sum + by, document.counts[what]);
  return {
    post,
    hidden: document.hidden,
    counts: { reposts: counted('reposts'), quotes: counted('quotes'), replies: counted('replies') },
    ...(subjectId && { subject: { id: subjectId, hidden } }),
    ...(inReplyToId && { inReplyTo: { id: inReplyToId, hidden } }),
    reposted: reposted.has(post.kind === 'repost' && subjectId ? subjectId : id),
  };
}

/** What a post counts for, or no longer: for its author, and for what it refers to. */
export function pendingOf({ kind, authorId, subjectId, inReplyToId }: Post, by: 1 | -1): Pending[] {
  const referredId = subjectId ?? inReplyToId;
  return [
    ...(kind === 'reply' ? [] : [{ of: toUuid(authorId), what: 'posts', by } as const]),
    ...(kind === 'original' || !referredId ? [] : [{ of: toUuid(referredId), what: COUNTED_AS[kind], by }]),
  ];
}

/** A new post as it is stored. */
export function toDocument(post: Post, events: readonly DomainEvent[]): PostDocument {
  const { id, kind, authorId, text, mentionIds, conversationId, subjectId, inReplyToId } = post;
  const referredId = subjectId ?? inReplyToId;
  const words = text === undefined ? [] : wordsOf(text);
  return {
    _id: toUuid(id),
    bucket: bucketOf(id),
    kind,
    authorId: toUuid(authorId),
    ...(text !== undefined && { text }),
    mentionIds: mentionIds.map(toUuid),
    conversationId: toUuid(conversationId),
    ...(referredId && { refersTo: toUuid(referredId) }),
    hidden: false,
    listed: LISTED[kind],
    counts: { reposts: 0, quotes: 0, replies: 0 },
    pending: pendingOf(post, 1),
    ...(words.length > 0 && { words: [...new Set(words)], folded: ` ${words.join(' ')} ` }),
    ...(events.length > 0 && { events: toStoredEvents(events) }),
  };
}
