// Which view is shown, by what stands after the # of the address: #/users/ada?view=with-replies. So links work from
// any static host. Going back finds a view as it was left, with all that was loaded and where it was scrolled to.

import { Problem } from './http.js';

const KEPT = 10;
const kept = new Map();
let routes = [];
let place;
let failed;
let shown;

/**
 * The routes are `[pattern, view]`; a view is `(parameters, query) => {title, element}`, or a promise of one. `failure`
 * makes a view of what went wrong.
 */
export function start(into, table, failure) {
  place = into;
  failed = failure;
  routes = table.map(([pattern, view]) => [
    new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
    view,
  ]);
  history.scrollRestoration = 'manual';
  addEventListener('hashchange', show);
  void show();
}

/** Takes an address, as links do. */
export function go(hash) {
  location.hash = hash;
}

/** The path and the query of the address. */
export function here() {
  const [path, query] = location.hash.slice(1).split('?');
  return { path: path || '/', query: Object.fromEntries(new URLSearchParams(query)) };
}

/** `path?query`, without what is empty. */
export function address(path, query = {}) {
  const filled = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return `#${path}${filled.size > 0 ? `?${filled}` : ''}`;
}

/** Makes the present view anew. */
export function reload() {
  history.replaceState(null, '');
  shown = undefined;
  void show();
}

/** Forgets all views: somebody else is reading now. */
export function restart() {
  kept.clear();
  reload();
}

async function show() {
  if (shown) kept.set(shown.key, { ...shown, scrolledTo: scrollY });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  const isFirst = !place.hasChildNodes();
  const former = kept.get(history.state?.key);
  // Entries of the history that were never here have no key.
  const key = history.state?.key ?? `${performance.timeOrigin + performance.now()}`;
  history.replaceState({ key }, '');
  shown = undefined;
  const view = former ?? { key, ...(await make().catch(failed)) };
  // The reader may have gone on in the meantime.
  if (history.state?.key !== key) return;
  shown = view;
  document.title = `${view.title} - Posterr`;
  place.replaceChildren(view.element);
  dispatchEvent(new Event('viewshown'));
  scrollTo(0, former?.scrolledTo ?? 0);
  // Those who do not see the page are taken to where the new view begins.
  if (!isFirst && !former) place.querySelector('h1')?.focus();
}

async function make() {
  const { path, query } = here();
  for (const [pattern, view] of routes) {
    const match = pattern.exec(path);
    if (match) return view(match.groups ?? {}, query);
  }
  throw new Problem({ code: 'not-found', detail: 'There is nothing here.' });
}
