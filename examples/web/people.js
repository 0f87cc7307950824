// People as they are seen.

import * as api from './api.js';
import { announce, h } from './dom.js';
import { address, go } from './router.js';
import { currentUser } from './session.js';
import { inWords, nameOf } from './words.js';

export const profileOf = ({ username }) => address(`/users/${username}`);

/** Initials on a colour that stays the same for one person. */
export function avatar({ id, username, displayName }) {
  const initials = nameOf({ username, displayName })
    .split(/\s+/)
    .map(([first]) => first)
    .slice(0, 2)
    .join('');
  const element = h('span', { class: 'avatar', 'aria-hidden': 'true' }, initials.toUpperCase());
  const hue = [...id].reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) % 360, 0);
  element.style.setProperty('--hue', hue);
  return element;
}

export function nameLink(person, { withUsername = false } = {}) {
  return h(
    'a',
    { class: 'name', href: profileOf(person) },
    h('strong', { dir: 'auto' }, nameOf(person)),
    withUsername && h('span', { class: 'username' }, ` @${person.username}`),
  );
}

/** A person in a list. */
export function personCard(person) {
  return h(
    'article',
    { class: 'person', 'data-id': person.id },
    avatar(person),
    h(
      'div',
      { class: 'body' },
      nameLink(person, { withUsername: true }),
      person.bio && h('p', { dir: 'auto' }, person.bio),
    ),
    followButton(person),
  );
}

/** Where only the name is known. */
export const personInBrief = (person) =>
  h('article', { class: 'person' }, avatar(person), nameLink(person, { withUsername: true }));

/** Absent for oneself. `changed` is told how the reader and the person stand now. */
export function followButton({ id, username, viewer }, changed = () => undefined) {
  if (id === currentUser()?.id) return undefined;
  let following = viewer?.following ?? false;
  const button = h('button', {
    type: 'button',
    onclick: async () => {
      if (!currentUser()) return go('#/login');
      try {
        const relation = await (following ? api.unfollow(username) : api.follow(username));
        following = relation.following;
        show();
        changed(relation);
      } catch (problem) {
        announce(inWords(problem), 'bad');
      }
    },
  });
  const show = () => {
    button.textContent = following ? 'Unfollow' : 'Follow';
    button.className = following ? 'quiet' : 'strong';
    button.ariaLabel = `${button.textContent} ${username}`;
  };
  show();
  return button;
}
