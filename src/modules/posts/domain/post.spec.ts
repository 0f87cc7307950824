import { mentioning, original, type Post, quoteOf, replyTo, repostOf } from './post.js';

const root: Post = {
  id: 'r',
  kind: 'original',
  authorId: 'ada',
  text: 'x',
  mentionIds: [],
  conversationId: 'r',
};
const reply: Post = {
  ...root,
  id: 's',
  kind: 'reply',
  authorId: 'bob',
  inReplyToId: 'r',
  conversationId: 'r',
};

describe('a post', () => {
  it('begins a conversation as an original or a quote', () => {
    expect(original('ada', 'x').conversationId).toBeUndefined();
    expect(quoteOf(reply, 'ada', 'x').conversationId).toBeUndefined();
  });

  it('joins the conversation of the root as a reply', () => {
    expect(replyTo(reply, 'cid', 'x')).toMatchObject({ conversationId: 'r', inReplyToId: 's' });
  });

  it('has no text as a repost', () => {
    expect(repostOf(root, 'bob')).toEqual({
      kind: 'repost',
      authorId: 'bob',
      mentionIds: [],
      conversationId: 'r',
      subjectId: 'r',
    });
  });

  it('mentions whoever is answered, after those of the text unless named there', () => {
    expect(mentioning(replyTo(reply, 'cid', 'x'), ['dan']).mentionIds).toEqual(['dan', 'bob']);
    expect(mentioning(replyTo(reply, 'cid', 'x'), ['bob', 'dan']).mentionIds).toEqual(['bob', 'dan']);
  });
});
