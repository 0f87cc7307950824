import type { Post, PostKind } from '../../modules/posts/domain/post.js';
import type { PostState } from '../../modules/posts/posts.ports.js';
import type { Row } from './sqlite-database.js';
import { idsIn, toId, toIds } from './sqlite-ids.js';

const STATE_OF = (posts: string): string => `
  SELECT post.*, subject.hidden AS subject_hidden, answered.hidden AS in_reply_to_hidden,
    ?2 IS NOT NULL AND EXISTS (
      SELECT 1 FROM posts repost
      WHERE repost.kind = 'repost' AND repost.author_id = ?2
        AND repost.subject_id = iif(post.kind = 'repost', post.subject_id, post.id)) AS reposted
  FROM ${posts}
  LEFT JOIN posts subject ON subject.id = post.subject_id
  LEFT JOIN posts answered ON answered.id = post.in_reply_to_id`;

/** The posts of ?1 and what they refer to, some perhaps twice, as the reader ?2 sees them. */
export const LOAD = `
  ${STATE_OF(`${idsIn('?1')} asked CROSS JOIN posts post ON post.id = asked.id`)}
  UNION ALL
  ${STATE_OF(`${idsIn('?1')} asked CROSS JOIN posts referring ON referring.id = asked.id
    CROSS JOIN posts post ON post.id = ifnull(referring.subject_id, referring.in_reply_to_id)`)}`;

export function toPost(row: Row): Post {
  const { text, subject_id: subjectId, in_reply_to_id: inReplyToId } = row;
  return {
    id: toId(row['id']),
    kind: row['kind'] as PostKind,
    authorId: toId(row['author_id']),
    ...(typeof text === 'string' && { text }),
    mentionIds: toIds(row['mentions']),
    conversationId: toId(row['conversation_id']),
    ...(subjectId && { subjectId: toId(subjectId) }),
    ...(inReplyToId && { inReplyToId: toId(inReplyToId) }),
  };
}

export function toState(row: Row): PostState {
  const post = toPost(row);
  const { subjectId, inReplyToId } = post;
  return {
    post,
    hidden: row['hidden'] === 1,
    counts: {
      reposts: Number(row['reposts']),
      quotes: Number(row['quotes']),
      replies: Number(row['replies']),
    },
    ...(subjectId && { subject: { id: subjectId, hidden: row['subject_hidden'] === 1 } }),
    ...(inReplyToId && { inReplyTo: { id: inReplyToId, hidden: row['in_reply_to_hidden'] === 1 } }),
    reposted: row['reposted'] === 1,
  };
}
