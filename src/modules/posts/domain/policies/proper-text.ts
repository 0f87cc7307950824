import { ValidationFailed } from '../../../../shared/errors.js';
import { textFault } from '../../../../shared/text.js';
import type { PostingPolicy } from './posting-policy.js';

/** Every text is visible, well formed, free of control characters and within the limit; only a repost has none. */
export const properText: PostingPolicy = ({ draft, limits }) => {
  if (draft.kind === 'repost') return;
  const fault = textFault(draft.text ?? '', limits.textLength, 'many');
  if (fault) throw new ValidationFailed([{ pointer: '/text', ...fault }]);
};
