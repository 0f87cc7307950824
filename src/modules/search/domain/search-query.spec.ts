import { parseSearchQuery } from './search-query.js';

describe('parseSearchQuery', () => {
  const terms = (typed: string) =>
    parseSearchQuery(typed).map(({ words, prefix }) => words.join('+') + (prefix ? '*' : ''));

  it.each([
    ['blue whale', ['blue', 'whale']],
    ['"blue whale" sea', ['blue+whale', 'sea']],
    ['wha* sea', ['wha*', 'sea']],
    ['* wha * "a*b"', ['wha', 'a+b']],
    ['NOT a OR b NEAR(c, 2)', ['NOT', 'a', 'OR', 'b', 'NEAR', 'c', '2']],
    ['text:x -y +z ^w {u}', ['text', 'x', 'y', 'z', 'w', 'u']],
    ['"open phrase', ['open', 'phrase']],
    ["it's", ['it', 's']],
    ['"" "!?" \u{1f600}', []],
    ['Cafe\u0301', ['Caf\u00e9']],
  ])('%j', (typed, expected) => expect(terms(typed)).toEqual(expected));
});
