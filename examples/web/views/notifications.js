import { markRead, notifications as listed } from '../api.js';
import { announce, h, icon } from '../dom.js';
import { feed } from '../feed.js';
import { ownEvents } from '../live.js';
import { avatar, nameLink } from '../people.js';
import { reference } from '../post.js';
import { address } from '../router.js';
import { currentUser } from '../session.js';
import { ago, inFull, inWords } from '../words.js';
import { loginView } from './account.js';
import { tabs } from './tabs.js';

const WORDS = {
  follow: 'follows you',
  reply: 'replied to you',
  repost: 'reposted you',
  quote: 'quoted you',
  mention: 'mentioned you',
};
const TO_ME = 'reply,quote,mention';

export function notifications(_, { types }) {
  if (!currentUser()) return loginView();
  const list = feed({
    read: listed(types),
    card,
    kind: 'notification',
    endless: true,
    empty: 'Nothing has happened yet.',
    live: { events: ownEvents, type: 'notification' },
  });
  const element = h(
    'div',
    {},
    h(
      'header',
      { class: 'title' },
      h('h1', { tabindex: '-1' }, 'Notifications'),
      h('button', { type: 'button', class: 'quiet', onclick: () => markAllRead(list) }, 'Mark all as read'),
    ),
    tabs('Kind of notifications', address('/notifications', { types }).slice(1), [
      [address('/notifications'), 'All'],
      [address('/notifications', { types: TO_ME }), 'Said to you'],
    ]),
    list,
  );
  return { title: 'Notifications', element };
}

function card({ type, actor, post, createdAt, read }) {
  return h(
    'article',
    { class: `notification ${read ? '' : 'unread'}` },
    icon(type === 'mention' ? 'at' : type),
    avatar(actor),
    h(
      'div',
      { class: 'body' },
      h(
        'p',
        {},
        nameLink(actor),
        ` ${WORDS[type]} `,
        h('time', { datetime: createdAt, title: inFull(createdAt) }, ago(createdAt)),
        !read && h('span', { class: 'only-heard' }, ' (unread)'),
      ),
      post && reference({ id: post.id, state: 'available', post }),
    ),
  );
}

/** The newest that is shown, and with it all before: what has come since then stays unread. */
async function markAllRead(list) {
  const newest = list.querySelector('[data-item]')?.dataset.item;
  if (!newest) return;
  try {
    await markRead(newest);
    for (const shown of list.querySelectorAll('.unread')) shown.classList.remove('unread');
    dispatchEvent(new Event('notificationsread'));
  } catch (problem) {
    announce(inWords(problem), 'bad');
  }
}
