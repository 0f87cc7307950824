import fc from 'fast-check';

/** What was written to break something: parsers, queries of every engine, logs, terminals. */
const WORDS: readonly string[] = [
  '',
  ' ',
  '\n',
  '\t x \t',
  'null',
  'undefined',
  'true',
  'NaN',
  '-1',
  '1e309',
  '0x10',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '$where',
  '{"$gt":""}',
  '{"$ne":null}',
  '[$ne]',
  '$regex',
  '{$where: "sleep(1000)"}',
  "' OR '1'='1",
  "'; DROP TABLE posts; --",
  '" OR ""="',
  '1; SELECT 1',
  '%27%20OR%201=1',
  'a" OR text MATCH "b',
  'NEAR(a b, 2)',
  'text:*',
  '*',
  '"',
  '""',
  '^a',
  'a AND',
  '-a',
  '.*',
  '(a+)+$',
  '[',
  '\\',
  '(?<=',
  'a{1,100000}',
  '../../etc/passwd',
  '..%2f..%2f',
  '/',
  '//',
  '.',
  '..',
  '%',
  '%00',
  '%s%n',
  '{{7*7}}',
  '${7*7}',
  '<script>alert(1)</script>',
  'a\r\nSet-Cookie: b=c',
  'javascript:alert(1)',
  '\u0000',
  'a\u0000b',
  '\u0007\u001b[31m',
  '\u007f\u0085\u009f',
  '\u200b',
  '\u202e\u2066abc',
  '\ufeff',
  '\ufffe\uffff',
  '\ud83d',
  '\udc00\ud800',
  'a\ud800',
  '\u{1f469}\u200d\u{1f4bb}',
  '\u{10ffff}',
  'Z\u0351\u036d\u035b\u0329',
  '\u0130\u0131\u017f\u212a',
  '\ufdfa'.repeat(20),
  '\u0041\u030a\u00c5',
  '\u3042\u3099',
  'x'.repeat(1_000),
  '\u{1f600}'.repeat(200),
  '@'.repeat(50),
  '@a'.repeat(50),
  '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
];

/** Texts that break something elsewhere, and texts of chance, lone surrogates among them. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 120 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
      .map((units) => String.fromCharCode(...units)),
  },
);

/** Anything that JSON can say but a string. */
export const notString: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    [],
    {},
    [''],
    { $gt: '' },
    { $ne: null },
    { toString: 'x' },
    [[['x']]],
  ),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
);

/** Values of a header, as they can be sent. */
export const headerText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    ',',
    ';',
    '"',
    '*',
    'a,b',
    'x'.repeat(300),
    '\u00e9\u00ff',
    '%00',
    '{}',
    '-1',
    '0',
    'W/"',
    "'--",
    '\t',
  ),
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code < 0x7f || code > 0x9f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 40,
  }),
);

/** Percent-encoded, as far as it is text: halves of surrogate pairs become U+FFFD. */
export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
