import { post as readPost, quotesOf, repliesTo, reply, repostsOf } from '../api.js';
import { composer } from '../composer.js';
import { h } from '../dom.js';
import { feed } from '../feed.js';
import { personInBrief } from '../people.js';
import { postCard, postInFull, replyCard } from '../post.js';
import { address } from '../router.js';
import { currentUser } from '../session.js';
import { nameOf } from '../words.js';
import { tabs } from './tabs.js';

/** A post, what it answers above it, and what was said to it below. */
export async function thread({ id }, { list = 'replies' }) {
  const asked = await readPost(id);
  // A repost has no replies of its own: they are its subject's.
  const post = asked.subject?.post && asked.kind === 'repost' ? asked.subject.post : asked;
  if (post.kind === 'repost') return { title: 'Repost', element: h('div', {}, heading(), postCard(post)) };
  const path = `/posts/${post.id}`;
  const parent = post.inReplyTo?.post;
  const element = h(
    'div',
    {},
    heading(beginning(post)),
    parent && h('div', { class: 'parent' }, postCard(parent)),
    postInFull(post),
    tabs('About this post', list === 'replies' ? path : `${path}?list=${list}`, [
      [address(path), 'Replies'],
      [address(path, { list: 'quotes' }), 'Quotes'],
      [address(path, { list: 'reposts' }), 'Reposts'],
    ]),
    list === 'replies' && currentUser() && answer(post),
    feed(LISTS[list]?.(post) ?? LISTS.replies(post)),
  );
  return { title: `${nameOf(post.author)}: ${post.text.slice(0, 40)}`, element };
}

const heading = (link) => h('header', { class: 'title' }, h('h1', { tabindex: '-1' }, 'Post'), link);

const LISTS = {
  replies: ({ id }) => ({
    read: repliesTo(id),
    card: replyCard,
    kind: 'reply',
    endless: true,
    oldestFirst: true,
    belongs: ({ inReplyTo }) => inReplyTo?.id === id,
    empty: 'No replies yet.',
  }),
  quotes: ({ id }) => ({
    read: quotesOf(id),
    card: postCard,
    endless: true,
    empty: 'Nobody has quoted this.',
  }),
  reposts: ({ id }) => ({
    read: repostsOf(id),
    card: ({ author }) => personInBrief(author),
    endless: true,
    empty: 'Nobody has reposted this.',
  }),
};

function answer({ id, author }) {
  return composer({
    label: `Reply to ${nameOf(author)}`,
    placeholder: `Reply to ${nameOf(author)}`,
    send: (text) => reply(id, text),
  });
}

/** Where the conversation began, when it is further up than what is shown. */
function beginning({ id, conversationId, inReplyTo }) {
  if (!conversationId || [id, inReplyTo?.id].includes(conversationId)) return undefined;
  return h('a', { href: address(`/posts/${conversationId}`) }, 'To the beginning');
}
