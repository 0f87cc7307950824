/** Words that must stand next to each other in this order: one word, or a phrase. */
export interface SearchTerm {
  /** Letters, digits and marks only, as written; at least one. */
  readonly words: readonly [string, ...string[]];
  /** The last word may be the beginning of a longer one. */
  readonly prefix: boolean;
}

const TERM = /"([^"]*)"|([\p{L}\p{N}\p{M}]+)(\*?)/gu;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Accents of any script and vowel points, but not the marks that make another kana, nor the vowel signs of Indic scripts. */
const ACCENT = /[[\p{Mn}&&\p{Script=Inherited}]--[\u3099\u309a]]/gv;

/**
 * Reads what a person typed: words, `"a phrase"`, and `begin*`. Anything else separates words. A phrase that is not
 * closed is read as words. No word, no term.
 */
export function parseSearchQuery(typed: string): SearchTerm[] {
  const terms: SearchTerm[] = [];
  for (const [, phrase, word, star] of typed.normalize('NFC').matchAll(TERM)) {
    const [first, ...others] = phrase === undefined ? [word ?? ''] : (phrase.match(WORD) ?? []);
    if (first) terms.push({ words: [first, ...others], prefix: star === '*' });
  }
  return terms;
}

/** The words of a text in the form by which they are compared: case and accents are folded away. */
export function wordsOf(text: string): string[] {
  const folded = text.toLowerCase().normalize('NFD').replace(ACCENT, '').normalize('NFC');
  return folded.replaceAll('ß', 'ss').replaceAll('ς', 'σ').match(WORD) ?? [];
}
