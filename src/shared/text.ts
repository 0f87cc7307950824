import type { FieldFault } from './errors.js';

/** What is wrong with a text, by a stable name. */
export type TextFault = Omit<FieldFault, 'pointer'>;

const WHITE_SPACE = /\p{White_Space}/u;
const VISIBLE = /[^\p{White_Space}\p{Cf}]/u;
const CONTROL_BUT_NEWLINE_AND_TAB = /(?![\n\t])\p{Cc}/u;
const CONTROL = /\p{Cc}/u;

/**
 * A text as Posterr keeps it: line ends as LF, Unicode NFC, no white space around it. Takes time in proportion to the
 * length. A lone surrogate is left for `textFault` to find.
 */
export function normalizeText(raw: string): string {
  return trimWhiteSpace(raw.replace(/\r\n?/g, '\n').normalize('NFC'));
}

/** The first fault of a normalised text that must be visible, or none. */
export function textFault(text: string, maxCodePoints: number, lines: 'many' | 'one'): TextFault | undefined {
  if (!text.isWellFormed()) return { code: 'malformed', detail: 'The text has half of a surrogate pair.' };
  if (!VISIBLE.test(text)) return { code: 'empty', detail: 'The text has nothing visible.' };
  if ((lines === 'many' ? CONTROL_BUT_NEWLINE_AND_TAB : CONTROL).test(text)) {
    const allowed = lines === 'many' ? ' Only newline and tab are allowed.' : '';
    return { code: 'control-character', detail: `The text has a control character.${allowed}` };
  }
  const length = codePoints(text);
  if (length > maxCodePoints) {
    return { code: 'too-long', detail: `The text has ${length} code points; ${maxCodePoints} are allowed.` };
  }
  return undefined;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.test(text.charAt(start))) start += 1;
  while (end > start && WHITE_SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
