import { ValidationFailed } from '../../../../shared/errors.js';
import { original, type Post, quoteOf, replyTo, repostOf } from '../post.js';
import { SelfQuote, SelfRepost } from '../post.errors.js';
import type { PostingAttempt } from './posting-policy.js';
import { POSTING_POLICIES } from './posting-policies.js';

const post: Post = {
  id: 'p',
  kind: 'original',
  authorId: 'ada',
  text: 'x',
  mentionIds: [],
  conversationId: 'p',
};

function judge(draft: PostingAttempt['draft'], referred?: Post): void {
  const attempt = { draft, ...(referred && { referred }), limits: { textLength: 5 }, now: 0 };
  for (const policy of POSTING_POLICIES) policy(attempt);
}

describe('the posting policies', () => {
  it('let proper posts of every kind pass', () => {
    judge(original('ada', 'hello'));
    judge(repostOf(post, 'grace'), post);
    judge(quoteOf(post, 'grace', 'hello'), post);
    judge(replyTo(post, 'grace', 'hello'), post);
    judge(replyTo(post, 'ada', 'own'), post);
  });

  it('refuse a text that breaks a rule, saying where', () => {
    for (const draft of [original('ada', ''), quoteOf(post, 'grace', ''), replyTo(post, 'grace', '')]) {
      expect(() => judge(draft, post)).toThrow(ValidationFailed);
    }
    expect(() => judge(original('ada', 'too long'))).toThrow(
      '/text: The text has 8 code points; 5 are allowed.',
    );
  });

  it('refuse reposts and quotes of oneself', () => {
    expect(() => judge(repostOf(post, 'ada'), post)).toThrow(SelfRepost);
    expect(() => judge(quoteOf(post, 'ada', 'me'), post)).toThrow(SelfQuote);
  });
});
