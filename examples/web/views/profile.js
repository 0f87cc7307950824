import { followedBy, followersOf, postsOf, user } from '../api.js';
import { h } from '../dom.js';
import { feed } from '../feed.js';
import { avatar, followButton, personCard, profileOf } from '../people.js';
import { postCard } from '../post.js';
import { address } from '../router.js';
import { currentUser } from '../session.js';
import { figure, nameOf } from '../words.js';
import { tabs } from './tabs.js';

export async function profile({ username }, { view }) {
  const person = await user(username);
  const path = profileOf(person).slice(1);
  const isOwn = person.id === currentUser()?.id;
  const element = h(
    'div',
    {},
    header(person),
    tabs('Posts', view ? `${path}?view=${view}` : path, [
      [address(path), 'Posts'],
      [address(path, { view: 'with-replies' }), 'With replies'],
    ]),
    feed({
      read: postsOf(person.username, view),
      card: postCard,
      empty: `${isOwn ? 'You have' : `${nameOf(person)} has`} published nothing yet.`,
      belongs: ({ author, kind }) => author.id === person.id && kind !== (view ? 'repost' : 'reply'),
    }),
  );
  return { title: `${nameOf(person)} (@${person.username})`, element };
}

function header(person) {
  const followers = h('strong', {}, figure(person.followersCount));
  let { followersCount } = person;
  const relation = h('span', { class: 'tag', hidden: !person.viewer?.followedBy }, 'Follows you');
  const path = profileOf(person).slice(1);
  return h(
    'header',
    { class: 'profile' },
    avatar(person),
    followButton(person, ({ following }) => {
      followersCount += following ? 1 : -1;
      followers.textContent = figure(followersCount);
    }),
    h('h1', { tabindex: '-1', dir: 'auto' }, nameOf(person)),
    h('p', { class: 'username' }, `@${person.username} `, relation),
    person.bio && h('p', { class: 'bio', dir: 'auto' }, person.bio),
    h('p', { class: 'joined' }, 'Joined ', h('time', { datetime: person.joinedAt }, person.dateJoined)),
    h(
      'ul',
      { class: 'counts' },
      h('li', {}, h('strong', {}, figure(person.postsCount)), ' posts'),
      h('li', {}, h('a', { href: address(`${path}/followers`) }, followers, ' followers')),
      h(
        'li',
        {},
        h(
          'a',
          { href: address(`${path}/following`) },
          h('strong', {}, figure(person.followingCount)),
          ' following',
        ),
      ),
    ),
  );
}

export const followers = ({ username }) =>
  people(username, (name) => `Followers of ${name}`, followersOf, 'Nobody yet.');
export const followed = ({ username }) =>
  people(username, (name) => `Followed by ${name}`, followedBy, 'Nobody yet.');

async function people(username, titleFor, read, empty) {
  const person = await user(username);
  const title = titleFor(nameOf(person));
  const element = h(
    'div',
    {},
    h(
      'header',
      { class: 'title' },
      h('h1', { tabindex: '-1', dir: 'auto' }, title),
      h('a', { href: profileOf(person) }, `@${person.username}`),
    ),
    feed({ read: read(person.username), card: personCard, kind: 'person', endless: true, empty }),
  );
  return { title, element };
}
