import { normalizeText, textFault } from './text.js';

describe('normalizeText', () => {
  it.each([
    ['line ends', 'a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['composition', 'Cafe\u0301', 'Caf\u00e9'],
    ['Unicode white space around', '\u3000\u00a0\u2003 x \u2028\u0085', 'x'],
    ['white space and format characters inside', 'a \u200d b', 'a \u200d b'],
    ['format characters at the ends', '\u200bx\ufeff', '\u200bx\ufeff'],
  ])('%s', (_, raw, kept) => expect(normalizeText(raw)).toBe(kept));

  it('takes linear time in white space', () => {
    const raw = `x${' '.repeat(60_000)}y`;
    const before = process.cpuUsage().user;
    for (let i = 0; i < 20; i += 1) normalizeText(raw);
    expect(process.cpuUsage(undefined).user - before).toBeLessThan(1_000_000);
  });
});

describe('textFault', () => {
  const fault = (text: string, lines: 'many' | 'one' = 'many') => textFault(text, 10, lines)?.code;

  it.each([
    ['nothing', '', 'empty'],
    ['only white space and format characters', '\u200b \u2060', 'empty'],
    ['half of a surrogate pair', 'a\ud83d', 'malformed'],
    ['a control character', 'a\u0007', 'control-character'],
    ['a C1 control character', 'a\u0085b', 'control-character'],
    ['too many code points', 'x'.repeat(11), 'too-long'],
    ['as many code points as allowed, in more code units', '\u{1f600}'.repeat(10), undefined],
    ['newline and tab', 'a\n\tb', undefined],
    ['right-to-left text and joined emoji', '\u05e9\u05dc \u{1f469}\u200d\u{1f4bb}', undefined],
  ])('%s', (_, text, code) => expect(fault(text)).toBe(code));

  it('refuses newlines where there is one line', () =>
    expect(fault('a\nb', 'one')).toBe('control-character'));
});
