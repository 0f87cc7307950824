import { foundPosts, foundUsers, users } from '../api.js';
import { h } from '../dom.js';
import { feed } from '../feed.js';
import { personCard } from '../people.js';
import { postCard } from '../post.js';
import { address, go } from '../router.js';
import { tabs } from './tabs.js';

export function search(_, { q = '', people }) {
  const path = address('/search', { q, people }).slice(1);
  const element = h(
    'div',
    {},
    h('header', { class: 'title' }, h('h1', { tabindex: '-1' }, 'Search')),
    searchForm({ q, people }),
    q &&
      tabs('What is searched', path, [
        [address('/search', { q }), 'Posts'],
        [address('/search', { q, people: 'yes' }), 'People'],
      ]),
    results(q, people),
  );
  return { title: q ? `Search for ${q}` : 'Search', element };
}

function results(q, people) {
  const common = { endless: true, empty: `Nothing is found for "${q}".` };
  if (people && q) return feed({ ...common, read: foundUsers(q), card: personCard, kind: 'person' });
  if (q) return feed({ ...common, read: foundPosts(q), card: postCard });
  return h(
    'section',
    {},
    h(
      'p',
      { class: 'status' },
      'All words must occur. "A phrase" in quotes and a trailing * for beginnings work.',
    ),
    h('h2', {}, 'New people'),
    feed({ read: users, card: personCard, kind: 'person', empty: 'Nobody is here yet.' }),
  );
}

export function searchForm({ q = '', people } = {}) {
  const form = h(
    'form',
    { class: 'search', role: 'search', onsubmit },
    h('input', {
      type: 'search',
      name: 'q',
      value: q,
      maxlength: 100,
      required: true,
      placeholder: 'Search Posterr',
      'aria-label': 'Search Posterr',
    }),
    h('button', { class: 'quiet' }, 'Search'),
  );
  return form;

  function onsubmit(event) {
    event.preventDefault();
    go(address('/search', { q: form.q.value.trim(), people }));
  }
}
