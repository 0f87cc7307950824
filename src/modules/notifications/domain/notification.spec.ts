import { ofFollow, ofPost, type PostTold } from './notification.js';

const post: PostTold = { id: 'p', kind: 'reply', authorId: 'ada', mentionIds: ['bob', 'cid', 'ada'] };
const told = (of: PostTold, referred?: string) =>
  ofPost(of, referred).map(({ type, recipientId, postId }) => `${type} ${recipientId} ${postId}`);

describe('who is told', () => {
  it('of a reply: its recipient, once, before mentions, never its author', () => {
    expect(told(post, 'bob')).toEqual(['reply bob p', 'mention cid p']);
    expect(told(post, 'ada')).toEqual(['mention bob p', 'mention cid p']);
  });

  it('of a quote: the one quoted', () => {
    expect(told({ ...post, kind: 'quote', subjectId: 's' }, 'cid')).toEqual(['quote cid p', 'mention bob p']);
  });

  it('of a repost: the one reposted, about their own post', () => {
    expect(told({ ...post, kind: 'repost', subjectId: 's', mentionIds: [] }, 'cid')).toEqual([
      'repost cid s',
    ]);
  });

  it('of a following: once for each pair, ever', () => {
    expect(ofFollow('ada', 'bob')).toEqual([
      { type: 'follow', recipientId: 'bob', actorId: 'ada', once: 'follow:ada' },
    ]);
  });
});
