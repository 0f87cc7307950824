import { everybodysPosts, followedPosts, publish } from '../api.js';
import { composer } from '../composer.js';
import { h } from '../dom.js';
import { feed } from '../feed.js';
import { ownEvents, publicEvents } from '../live.js';
import { postCard } from '../post.js';
import { address, go } from '../router.js';
import { currentUser } from '../session.js';
import { tabs } from './tabs.js';

const ALL = {
  read: everybodysPosts,
  events: publicEvents,
  belongs: ({ kind }) => kind !== 'reply',
  empty: 'Nobody has published anything. Be the first!',
};
const FOLLOWING = {
  read: followedPosts,
  events: ownEvents,
  empty: 'Nothing here. Follow people to read their posts on this page.',
};

export const home = (_, dates) => timeline('/', ALL, dates);
export const following = (_, dates) =>
  currentUser() ? timeline('/following', FOLLOWING, dates) : home(_, dates);

function timeline(path, { read, events, belongs, empty }, { since, until }) {
  const isFiltered = Boolean(since || until);
  const element = h(
    'div',
    {},
    h('h1', { tabindex: '-1', class: 'only-heard' }, 'Home'),
    currentUser()
      ? tabs('Timeline', path, [
          [address('/'), 'All'],
          [address('/following'), 'Following'],
        ])
      : welcome(),
    currentUser() && composer({ label: 'New post', placeholder: 'What is happening?', send: publish }),
    dateFilter(path, { since, until }),
    feed({
      read,
      query: { since, until },
      card: postCard,
      endless: true,
      empty: isFiltered ? 'Nothing was published then.' : empty,
      // What is published from now on is not of those days.
      ...(!until && { belongs, live: { events, type: 'post' } }),
    }),
  );
  return { title: path === '/' ? 'Home' : 'Following', element };
}

function welcome() {
  return h(
    'section',
    { class: 'welcome' },
    h('p', { class: 'big' }, 'Short posts, from everybody here.'),
    h('p', {}, 'Read along, or join to publish, reply and follow people.'),
    h(
      'p',
      { class: 'row' },
      h('a', { class: 'button strong', href: address('/register') }, 'Join'),
      h('a', { class: 'button quiet', href: address('/login') }, 'Log in'),
    ),
  );
}

/** Dates mean whole UTC days, the last one included. */
function dateFilter(path, { since, until }) {
  const field = (name, label, value) =>
    h('label', {}, label, h('input', { type: 'date', name, value, min: '2000-01-01', max: '2999-12-31' }));
  const fault = h('p', { class: 'fault', role: 'alert' });
  const form = h(
    'form',
    { class: 'dates', onsubmit },
    field('since', 'From', since),
    field('until', 'To', until),
    h('button', { class: 'quiet' }, 'Show'),
    (since || until) && h('a', { class: 'button quiet', href: address(path) }, 'All days'),
    fault,
  );
  return h(
    'details',
    { class: 'filter', open: Boolean(since || until) },
    h('summary', {}, 'Choose days'),
    form,
  );

  function onsubmit(event) {
    event.preventDefault();
    const dates = Object.fromEntries(new FormData(form));
    if (dates.since && dates.until && dates.since > dates.until)
      fault.textContent = 'The first day is after the last one.';
    else go(address(path, dates));
  }
}
