import { mentionedNames } from './mentions.js';

describe('mentionedNames', () => {
  it.each([
    ['@Ada', ['ada']],
    ['(@Ada), @Grace! @ada', ['ada', 'grace']],
    ['mail ada@grace.org', []],
    ['x.@ada @@ada 1@ada é@ada', []],
    ['@adaé @ada1é', []],
    ['@ada_ _@grace @ada-@bob', ['ada', 'grace', 'bob']],
    ['@ada. @grace\n@bob', ['ada', 'grace', 'bob']],
    ['@abcdefghijklmn @abcdefghijklmno', ['abcdefghijklmn']],
    ['@ada@grace', ['ada']],
    ['@ \u{1f600}@ada', ['ada']],
  ])('%j', (text, names) => expect(mentionedNames(text)).toEqual(names));
});
