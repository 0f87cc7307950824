import { h } from '../dom.js';
import { address, go } from '../router.js';
import { login, register } from '../session.js';
import { inWords } from '../words.js';

const NAME = { label: 'Username', name: 'username', autocomplete: 'username', maxlength: 14, required: true };
const NEW_NAME = { ...NAME, hint: '1 to 14 letters and digits. Others see it.' };
const DISPLAY = {
  label: 'Your name',
  name: 'displayName',
  autocomplete: 'name',
  maxlength: 50,
  hint: 'If you like.',
};
const PASSWORD = {
  label: 'Password',
  name: 'password',
  type: 'password',
  autocomplete: 'current-password',
  required: true,
};
const NEW_PASSWORD = { ...PASSWORD, autocomplete: 'new-password', hint: '8 to 128 characters.' };

export const loginView = () =>
  view(
    'Log in',
    [NAME, PASSWORD],
    login,
    h('p', {}, 'New here? ', h('a', { href: address('/register') }, 'Join Posterr')),
  );

export const registerView = () =>
  view(
    'Join',
    [NEW_NAME, DISPLAY, NEW_PASSWORD],
    register,
    h('p', {}, 'Been here before? ', h('a', { href: address('/login') }, 'Log in')),
  );

function view(title, fields, send, otherWay) {
  const fault = h('p', { class: 'fault', role: 'alert' });
  const form = h(
    'form',
    { class: 'account', onsubmit, novalidate: true },
    ...fields.map(field),
    fault,
    h('button', { class: 'strong' }, title),
  );
  const heading = h('h1', { tabindex: '-1' }, title);
  return { title, element: h('div', {}, h('header', { class: 'title' }, heading), form, otherWay) };

  async function onsubmit(event) {
    event.preventDefault();
    const button = form.querySelector('button');
    const details = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
    clear(form);
    button.disabled = true;
    try {
      await send(details);
      go(address('/'));
    } catch (problem) {
      fault.textContent = problem.errors?.length > 0 ? showAtFields(form, problem.errors) : inWords(problem);
    } finally {
      button.disabled = false;
    }
  }
}

function field({ label, hint, ...attributes }) {
  const { name } = attributes;
  return h(
    'p',
    { class: 'field' },
    h('label', { for: name }, label),
    h('input', {
      id: name,
      'aria-describedby': `${name}-fault ${name}-hint`,
      autocapitalize: 'none',
      ...attributes,
    }),
    h('span', { id: `${name}-fault`, class: 'fault' }),
    h('span', { id: `${name}-hint`, class: 'hint' }, hint),
  );
}

/** Each error of a 422 points to its field: `/password`. Answers what to say of all of them. */
function showAtFields(form, errors) {
  for (const { pointer, detail } of errors) {
    const input = form.elements[pointer.slice(1)];
    if (!input) return detail;
    input.setAttribute('aria-invalid', 'true');
    document.getElementById(`${input.id}-fault`).textContent = detail;
  }
  form.querySelector('[aria-invalid]').focus();
  return 'That is not right yet.';
}

function clear(form) {
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  for (const fault of form.querySelectorAll('.fault')) fault.textContent = '';
}
