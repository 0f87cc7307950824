import { SelfQuote, SelfRepost } from '../post.errors.js';
import type { PostingPolicy } from './posting-policy.js';

/** Reposts and quotes are of other people's posts. */
export const notOfOneself: PostingPolicy = ({ draft, referred }) => {
  if (referred?.authorId !== draft.authorId) return;
  if (draft.kind === 'repost') throw new SelfRepost();
  if (draft.kind === 'quote') throw new SelfQuote();
};
