// A list of Posterr on the page. It grows at its end as it is read, and at its top as things happen.

import { h } from './dom.js';
import { Problem } from './http.js';
import { count, inWords } from './words.js';

const MOST_AT_ONCE = 100;
/** How far below the edge of the window the end of the list may be when more is fetched. */
const AHEAD = '800px';

/**
 * `read` is a list of api.js, and `card` shows one item. Cursors make the walk exact: `page.next` goes on where the page
 * ended, whatever is published meanwhile, and `page.prev` gives what is newer than the list.
 *
 * - `query`: filters, and `limit`
 * - `endless`: go on by itself when the reader comes near the end; else a button does
 * - `live`: `{events, type}` of live.js that tell of new items
 * - `oldestFirst`: else the newest is the first
 * - `belongs`: whether something that the reader has published belongs into the list
 * - `kind`: what an item is called; `empty`: what to say when there is none
 */
export function feed(options) {
  const element = document.createElement('post-feed');
  element.begin(options);
  return element;
}

class PostFeed extends HTMLElement {
  #options;
  #known = new Set();
  #waiting = [];
  #next;
  #prev;
  #isReading = false;
  #isBehind = false;
  #stopListening;
  #observer = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#readOn(), {
    rootMargin: AHEAD,
  });
  #onPublished = ({ detail: { post } }) => this.#options.belongs?.(post) && this.#showAtOnce(post);

  #items = h('div', { class: 'items' });
  #newer = h('button', { type: 'button', class: 'newer', onclick: () => this.#showWaiting(), hidden: true });
  #status = h('p', { class: 'status', role: 'status' });
  #more = h('button', { type: 'button', class: 'more', onclick: () => this.#showMore() }, 'Show more');

  begin(options) {
    this.#options = { query: {}, kind: 'post', ...options };
    this.append(h('div', { role: 'status' }, this.#newer), this.#items, this.#status, this.#more);
    this.#more.hidden = true;
    void this.#readOn();
  }

  /** Also when a view is shown again: what came in the meantime was told to nobody here. */
  connectedCallback() {
    const { live, belongs } = this.#options;
    if (live) {
      if (this.#prev) void this.#catchUp();
      this.#stopListening = live.events.listen({
        [live.type]: (item) => this.#arrive([item]),
        catchUp: () => this.#catchUp(),
      });
    }
    if (belongs) addEventListener('published', this.#onPublished);
    this.#watchEnd();
  }

  disconnectedCallback() {
    this.#stopListening?.();
    removeEventListener('published', this.#onPublished);
    this.#observer.disconnect();
  }

  async #readOn() {
    if (this.#isReading) return;
    this.#isReading = true;
    this.setAttribute('aria-busy', 'true');
    try {
      const { items, page } = await this.#options.read({ ...this.#options.query, cursor: this.#next });
      this.#items.append(...this.#unknown(items).map((item) => this.#card(item)));
      this.#prev ??= page.prev;
      this.#next = page.next;
      this.#more.hidden = !page.hasMore;
      this.#status.textContent = this.#known.size === 0 ? this.#options.empty : '';
    } catch (problem) {
      this.#status.textContent = inWords(problem);
      this.#more.hidden = false;
      this.#more.textContent = 'Try again';
      return;
    } finally {
      this.#isReading = false;
      this.removeAttribute('aria-busy');
    }
    this.#more.textContent = 'Show more';
    this.#watchEnd();
    if (this.#isBehind) await this.#catchUp();
  }

  /** Whoever goes by keys goes on with what is new. */
  async #showMore() {
    const last = this.#items.lastElementChild;
    await this.#readOn();
    last?.nextElementSibling?.querySelector('a').focus({ preventScroll: true });
  }

  /** An observer tells of a change only: it must look anew after each page. */
  #watchEnd() {
    this.#observer.disconnect();
    if (this.#options.endless && this.isConnected && this.#next) this.#observer.observe(this.#more);
  }

  /** What is newer than the list, nearest first, so that nothing is missed however much it is. */
  async #catchUp() {
    // What the stream has not told may be too late for the first page, which is under way.
    this.#isBehind = !this.#prev;
    if (this.#isBehind) return;
    try {
      const query = { ...this.#options.query, cursor: this.#prev, limit: MOST_AT_ONCE };
      const { items, page } = await this.#options.read(query, { cache: 'no-cache' });
      this.#prev = page.prev;
      this.#arrive(items);
      if (items.length === MOST_AT_ONCE) await this.#catchUp();
    } catch (problem) {
      // The next time will do: live.js tells again.
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  /** Nothing moves under the reader's eyes: what is new waits until they ask for it. */
  #arrive(items) {
    this.#waiting.push(...this.#unknown(items));
    if (this.#waiting.length === 0) return;
    this.#newer.textContent = `Show ${count(this.#waiting.length, `new ${this.#options.kind}`)}`;
    this.#newer.hidden = false;
  }

  #showWaiting() {
    const [first] = this.#putWaiting();
    scrollTo(0, 0);
    first?.querySelector('a')?.focus({ preventScroll: true });
  }

  #putWaiting() {
    // Ids tell the time: they are UUIDv7.
    const cards = this.#waiting.sort((a, b) => (a.id < b.id ? 1 : -1)).map((item) => this.#card(item));
    this.#waiting = [];
    this.#newer.hidden = true;
    this.#status.textContent = '';
    if (this.#options.oldestFirst) this.#items.append(...cards.reverse());
    else this.#items.prepend(...cards);
    return cards;
  }

  #showAtOnce(post) {
    this.#waiting.push(...this.#unknown([post]));
    this.#putWaiting();
  }

  #card(item) {
    const card = this.#options.card(item);
    card.dataset.item = item.id;
    return card;
  }

  /** Those that are not in the list, and from now on are. */
  #unknown(items) {
    return items.filter(({ id }) => !this.#known.has(id) && this.#known.add(id));
  }
}
customElements.define('post-feed', PostFeed);
