// Makes elements. Text becomes text nodes and nothing else, so that no post can be markup; the content security policy
// (require-trusted-types-for) refuses all other ways.

/**
 * h('a', {href: '#/', class: 'brand'}, 'Posterr', icon('home')). Properties that begin with `on` are listeners, `true`
 * is an attribute without a value, and absent ones (undefined, null, false) are left out, as absent children are.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...present(children));
  return element;
}

export function present(children) {
  return children.flat().filter((child) => child !== undefined && child !== null && child !== false);
}

/** A drawing of index.html; what it means must be told beside it. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'use'));
  use.setAttribute('href', `#icon-${name}`);
  return svg;
}

/** Says something to everybody, to those who listen to the page as well. */
export function announce(text, tone = 'done') {
  const notice = h('p', { class: `notice ${tone}` }, text);
  document.getElementById('notices').append(notice);
  setTimeout(() => notice.remove(), 6_000);
}
