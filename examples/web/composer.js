// Where posts are written.

import * as api from './api.js';
import { announce, h } from './dom.js';
import { avatar } from './people.js';
import { currentUser } from './session.js';
import { count, inWords } from './words.js';

/** Characters that Posterr takes unless it is configured otherwise; it has the last word. */
const MOST = 777;
const NEARLY_FULL = 50;

/** As Posterr counts: Unicode code points, after normalisation and without the white space around. */
const lengthOf = (text) => [...text.replace(/\r\n?/g, '\n').normalize('NFC').trim()].length;

/** A form that publishes by `send(text)`, and tells `written` of the post and the whole page by an event `published`. */
export function composer({ label, placeholder, send, written = () => undefined }) {
  const text = h('textarea', { 'aria-label': label, placeholder, rows: 2, dir: 'auto', oninput: judge });
  const room = h('span', { class: 'room' });
  const fault = h('p', { class: 'fault', role: 'alert' });
  const button = h('button', { class: 'strong' }, 'Publish');
  const form = h(
    'form',
    { class: 'composer', onsubmit: publish, onkeydown: publishByKey },
    avatar(currentUser()),
    h('div', { class: 'body' }, text, fault, h('div', { class: 'row' }, h('posts-left'), room, button)),
  );
  let isSending = false;

  function judge() {
    const length = lengthOf(text.value);
    const rest = MOST - length;
    room.textContent = length === 0 ? '' : String(rest);
    room.title = `${length} of ${MOST} characters`;
    room.classList.toggle('scarce', rest <= NEARLY_FULL);
    text.setAttribute('aria-invalid', String(rest < 0));
    button.disabled = isSending || length === 0 || rest < 0;
  }

  function publishByKey({ key, ctrlKey, metaKey }) {
    if (key === 'Enter' && (ctrlKey || metaKey) && !button.disabled) form.requestSubmit(button);
  }

  async function publish(event) {
    event.preventDefault();
    isSending = true;
    fault.textContent = '';
    judge();
    try {
      const published = await send(text.value);
      text.value = '';
      announce('Published.');
      tellPublished(published);
      written(published.post);
    } catch (problem) {
      fault.textContent = inWords(problem);
    } finally {
      isSending = false;
      judge();
    }
  }

  judge();
  return form;
}

/** The same in a dialog, below what is answered or quoted. Resolves to the post, or to undefined when it is closed. */
export function compose({ title, about, ...options }) {
  return new Promise((resolve) => {
    const dialog = h('dialog', { 'aria-label': title, onclose: () => (dialog.remove(), resolve(undefined)) });
    const written = (post) => (resolve(post), dialog.close());
    dialog.append(
      h(
        'header',
        {},
        h('h2', {}, title),
        h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Cancel'),
      ),
      about ?? '',
      composer({ label: title, ...options, written }),
    );
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector('textarea').focus();
  });
}

/** Tells lists of a new post, and all composers how many are left today: `{post, left}`. */
export function tellPublished(detail) {
  dispatchEvent(new CustomEvent('published', { detail }));
}

/** Asks once how many posts are left today; after that, every answer tells. */
class PostsLeft extends HTMLElement {
  #update = ({ detail }) => this.#show(detail.left);

  async connectedCallback() {
    addEventListener('published', this.#update);
    try {
      this.#show(await api.postsLeft());
    } catch {
      // Who publishes is told what is wrong.
      this.#show(undefined);
    }
  }

  disconnectedCallback() {
    removeEventListener('published', this.#update);
  }

  #show(left) {
    this.textContent =
      left === undefined ? '' : `${left === 0 ? 'No posts' : count(left, 'post')} left today`;
    this.classList.toggle('scarce', left === 0);
  }
}
customElements.define('posts-left', PostsLeft);
