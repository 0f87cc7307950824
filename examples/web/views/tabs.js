import { h } from '../dom.js';

/** Views side by side: `[address, label]` each. `path` is that of the present one. */
export function tabs(label, path, entries) {
  const links = entries.map(([href, text]) =>
    h('a', { href, 'aria-current': href === `#${path}` && 'page' }, text),
  );
  return h('nav', { class: 'tabs', 'aria-label': label }, ...links);
}
