import { notOfOneself } from './not-of-oneself.js';
import type { PostingPolicy } from './posting-policy.js';
import { properText } from './proper-text.js';

/**
 * The rules for writing a post, in the order in which they are judged. A new rule is a file beside this one and an
 * entry here. The daily quota is no policy: it is exact only inside the store's atomic step.
 */
export const POSTING_POLICIES: readonly PostingPolicy[] = [properText, notOfOneself];
