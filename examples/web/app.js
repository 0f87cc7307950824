// The frame around the views, and which view is where.

import { notifications as listed, users } from './api.js';
import { announce, h, icon } from './dom.js';
import { feed } from './feed.js';
import { Problem } from './http.js';
import { ownEvents } from './live.js';
import { avatar, nameLink, personCard, profileOf } from './people.js';
import { address, here, reload, restart, start } from './router.js';
import { currentUser, logout, onSessionChange } from './session.js';
import { inWords } from './words.js';
import { loginView, registerView } from './views/account.js';
import { following, home } from './views/home.js';
import { notifications } from './views/notifications.js';
import { followed, followers, profile } from './views/profile.js';
import { search, searchForm } from './views/search.js';
import { thread } from './views/thread.js';

const main = document.getElementById('main');
const menu = document.getElementById('menu');
const aside = document.getElementById('aside');

const ROUTES = [
  ['/', home],
  ['/following', following],
  ['/users/:username', profile],
  ['/users/:username/followers', followers],
  ['/users/:username/following', followed],
  ['/posts/:id', thread],
  ['/search', search],
  ['/notifications', notifications],
  ['/login', loginView],
  ['/register', registerView],
];

const failure = (problem) => ({
  title: 'Not shown',
  element: h(
    'section',
    { class: 'status' },
    h('h1', { tabindex: '-1' }, 'This cannot be shown'),
    h('p', {}, inWords(problem)),
  ),
});

function frame() {
  const user = currentUser();
  const entry = (href, drawing, label, ...more) =>
    h('a', { href }, icon(drawing), h('span', { class: 'label' }, label), ...more);
  menu.replaceChildren(
    entry(address('/'), 'home', 'Home'),
    entry(address('/search'), 'search', 'Search'),
    ...(user
      ? [
          entry(address('/notifications'), 'bell', 'Notifications', h('unread-count')),
          entry(profileOf(user), 'person', 'Profile'),
          h(
            'button',
            { type: 'button', onclick: leave },
            icon('leave'),
            h('span', { class: 'label' }, 'Log out'),
          ),
        ]
      : [entry(address('/login'), 'person', 'Log in')]),
  );
  aside.replaceChildren(
    searchForm(),
    user ? self(user) : '',
    h('h2', {}, 'New people'),
    feed({
      read: users,
      query: { limit: 5 },
      card: personCard,
      kind: 'person',
      empty: 'Nobody is here yet.',
    }),
  );
  markPlace();
}

function self(user) {
  return h('section', { class: 'self' }, avatar(user), h('div', {}, nameLink(user), h('posts-left')));
}

async function leave() {
  try {
    await logout();
  } catch (problem) {
    announce(inWords(problem), 'bad');
  }
}

/** Which entry of the menu is the present place. */
function markPlace() {
  const { path } = here();
  for (const link of menu.querySelectorAll('a')) {
    const isPlace = link.hash === `#${path}` || (path === '/following' && link.hash === '#/');
    if (isPlace) link.ariaCurrent = 'page';
    else link.removeAttribute('aria-current');
  }
}

/** How many notifications are unread. What comes is not counted here: Posterr is asked, and always right. */
class UnreadCount extends HTMLElement {
  #stopListening;
  #ask = () => void this.#show();

  connectedCallback() {
    this.#stopListening = ownEvents.listen({ notification: this.#ask, catchUp: this.#ask });
    addEventListener('notificationsread', this.#ask);
    this.#ask();
  }

  disconnectedCallback() {
    this.#stopListening();
    removeEventListener('notificationsread', this.#ask);
  }

  async #show() {
    try {
      const { unreadCount } = await listed()({ limit: 1 });
      const figure = unreadCount > 99 ? '99+' : unreadCount;
      this.replaceChildren(
        ...(unreadCount > 0 ? [figure, h('span', { class: 'only-heard' }, ' unread')] : []),
      );
    } catch (problem) {
      // A number that is a little old hurts nobody; live.js asks again.
      if (!(problem instanceof Problem)) throw problem;
    }
  }
}
customElements.define('unread-count', UnreadCount);

// A link to where one is already asks for the same anew.
addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#/"]');
  if (link && link.hash === (location.hash || '#/')) reload();
});
// Not by its address, which names views.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener('viewshown', markPlace);
onSessionChange(({ ended }) => {
  if (ended) announce('Your session has ended. Log in again, please.', 'bad');
  frame();
  restart();
});
frame();
start(main, ROUTES, failure);
