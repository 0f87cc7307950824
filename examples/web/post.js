// A post as it is seen, whatever its kind.

import * as api from './api.js';
import { compose, tellPublished } from './composer.js';
import { announce, h, icon } from './dom.js';
import { avatar, nameLink } from './people.js';
import { address, go } from './router.js';
import { currentUser } from './session.js';
import { ago, count, figure, inFull, inWords, nameOf } from './words.js';

/** A post in a list; of a repost its subject, which is what is answered and counted. */
export function postCard(post) {
  if (post.kind !== 'repost') return article(post, answered(post));
  const reposter = h('p', { class: 'context' }, icon('repost'), nameLink(post.author), ' reposted');
  if (post.subject.post) return article(post.subject.post, reposter);
  return h('article', { class: 'post' }, reposter, reference(post.subject));
}

/** A reply below what it answers. */
export const replyCard = (post) => article(post);

/** What a page is about. */
export function postInFull(post) {
  const element = article(post, answered(post));
  element.classList.add('in-full');
  element.querySelector('.actions').before(h('p', { class: 'published' }, inFull(post.createdAt)));
  return element;
}

/** A post inside of something else: what is quoted or answered. */
export function reference({ id, state, post }) {
  if (state === 'hidden') return h('p', { class: 'reference hidden' }, 'This post is no longer shown.');
  // What a post inside of a post refers to is only named.
  if (!post) return h('p', { class: 'reference' }, h('a', { href: pathOf(id) }, 'Show the quoted post'));
  return h('blockquote', { class: 'reference' }, byline(post), text(post));
}

function article(post, context) {
  const element = h(
    'article',
    { class: 'post', 'aria-label': `Post of ${nameOf(post.author)}`, 'data-id': post.id },
    context,
    avatar(post.author),
    h(
      'div',
      { class: 'body' },
      byline(post),
      text(post),
      post.kind === 'quote' && reference(post.subject),
      actions(post),
    ),
  );
  element.addEventListener('click', ({ target }) => {
    const meansElse = target.closest('a, button') || getSelection().type === 'Range';
    if (!meansElse) go(pathOf(post.id));
  });
  return element;
}

const pathOf = (id) => address(`/posts/${id}`);

function answered({ inReplyTo }) {
  if (!inReplyTo) return undefined;
  const to = inReplyTo.post ? nameOf(inReplyTo.post.author) : 'a post';
  return h(
    'p',
    { class: 'context' },
    icon('reply'),
    inReplyTo.state === 'hidden'
      ? 'Replying to a post that is no longer shown'
      : h('a', { href: pathOf(inReplyTo.id) }, `Replying to ${to}`),
  );
}

function byline({ id, author, createdAt }) {
  return h(
    'p',
    { class: 'byline' },
    nameLink(author, { withUsername: true }),
    h(
      'a',
      { class: 'when', href: pathOf(id), title: inFull(createdAt) },
      h('time', { datetime: createdAt }, ago(createdAt)),
    ),
  );
}

/** Mentions lead to people, and web addresses to where they say. The rest is plain text, line breaks included. */
function text(post) {
  const parts = post.text.split(/(@[A-Za-z0-9]{1,14}|https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'])/);
  return h('p', { class: 'text', dir: 'auto' }, ...parts.map((part) => linked(part, post.mentions)));
}

function linked(part, mentions) {
  if (/^https?:/.test(part) && URL.canParse(part))
    return h('a', { href: part, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, part);
  const name = part.startsWith('@') && part.slice(1).toLowerCase();
  const mentioned = mentions.find(({ username }) => username.toLowerCase() === name);
  return mentioned ? h('a', { href: address(`/users/${mentioned.username}`) }, part) : part;
}

/** Nobody can repost or quote their own posts, so these have no such buttons. */
function actions(post) {
  const { id, author, counts } = post;
  const isOwn = author.id === currentUser()?.id;
  const about = { about: reference({ state: 'available', post }) };
  const answer = () =>
    compose({
      ...about,
      title: 'Reply',
      placeholder: `Reply to ${nameOf(author)}`,
      send: (text) => api.reply(id, text),
    });
  const quote = () =>
    compose({ ...about, title: 'Quote', placeholder: 'Add your words', send: (text) => api.quote(id, text) });
  return h(
    'div',
    { class: 'actions' },
    action('reply', counts.replies, answer),
    isOwn ? tally('repost', counts.reposts) : repostButton(post),
    isOwn ? tally('quote', counts.quotes) : action('quote', counts.quotes, quote),
  );
}

/** It stays pressed: a repost cannot be undone. */
function repostButton({ id, counts, viewer }) {
  const button = action('repost', counts.reposts, async () => {
    if (button.ariaPressed === 'true') return undefined;
    const reposted = await api.repost(id);
    button.ariaPressed = 'true';
    announce('Reposted.');
    tellPublished(reposted);
    return reposted;
  });
  button.ariaPressed = String(viewer?.reposted ?? false);
  return button;
}

const LABELS = {
  reply: ['Reply', 'reply', 'replies'],
  repost: ['Repost', 'repost'],
  quote: ['Quote', 'quote'],
};

/** A button that counts. `act` resolves to something when there is one more. */
function action(name, number, act) {
  const [label] = LABELS[name];
  const button = h('button', { type: 'button', class: `action ${name}`, title: label, onclick });
  const show = () => button.replaceChildren(...counted(name, number, `${label} `));
  show();
  return button;

  async function onclick() {
    if (!currentUser()) return go('#/login');
    try {
      if (await act()) number += 1;
      show();
    } catch (problem) {
      announce(inWords(problem), 'bad');
    }
  }
}

function tally(name, number) {
  if (number === 0) return undefined;
  return h('span', { class: `action ${name}`, title: LABELS[name][0] }, ...counted(name, number));
}

/** A drawing and a figure for those who see, and words for those who listen. */
function counted(name, number, label = '') {
  const [, ...words] = LABELS[name];
  return [
    icon(name),
    h('span', { class: 'figure', 'aria-hidden': 'true' }, number > 0 && figure(number)),
    h('span', { class: 'only-heard' }, `${label}(${count(number, ...words)})`),
  ];
}
