import fc from 'fast-check';
import type { Operation, Schema } from '../document.ts';
import type { Draft } from './case.ts';
import { hostileText, notString } from './hostile.ts';

type Body = Record<string, unknown>;

const DEEP = 20_000;
/** Just more than 64 KiB. */
const TOO_LARGE = 65_537;
const USERNAME = /^[A-Za-z0-9]{1,14}$/;
const OTHER_TYPES = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'text/json',
  'application/jsonx',
  'application/vnd.api+json',
  'x',
];
/** Of the hostile texts among the faults: what is new is found there. */
const HOSTILE = 8;
/** One more than is allowed, where the document says it in words. */
const TOO_LONG: Readonly<Record<string, number>> = { text: 778, username: 15, displayName: 51, bio: 161 };

/** Bodies with one fault each, for an operation that takes a body. `proper` makes requests that have none. */
export function badBodies(
  operation: Operation,
  schema: Schema,
  proper: fc.Arbitrary<Draft>,
  prefix: string,
): fc.Arbitrary<Draft> {
  const names = Object.keys(schema.properties ?? {});
  const field = fc.constantFrom(...names);
  const tooLong = (name: string): number =>
    (schema.properties?.[name]?.maxLength ?? (TOO_LONG[name] ?? 1) - 1) + 1;
  const bodyOf = ({ body }: Draft): Body => JSON.parse(body?.toString() ?? '{}') as Body;
  // What the path names may not be there; that can be found out first.
  const also = operation.path.includes('{') ? [404] : [];
  const fault = <Value>(
    about: string,
    values: fc.Arbitrary<Value>,
    change: (body: Body, value: Value) => Body | string | Buffer,
    statuses?: readonly number[],
    headers: Readonly<Record<string, string>> = {},
  ): fc.Arbitrary<Draft> =>
    fc.tuple(proper, values).map(([draft, value]) => {
      const body = change(bodyOf(draft), value);
      const bytes = Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const { statuses: _, ...rest } = draft;
      return {
        ...rest,
        about,
        headers: { ...draft.headers, ...headers },
        body: bytes,
        ...(statuses && { statuses: [...statuses, ...also] }),
      };
    });

  const hostile = fault('a hostile text', fc.tuple(field, hostileText), (body, [name, text]) => ({
    ...body,
    [name]: harmless(name, text, prefix),
  }));
  const all = [
    fault(
      'a wrong type',
      fc.tuple(field, notString),
      (body, [name, value]) => ({ ...body, [name]: value }),
      [422],
    ),
    fault(
      'too long a text',
      fc.tuple(field, fc.integer({ min: 0, max: 2_000 })),
      (body, [name, more]) => ({ ...body, [name]: 'x'.repeat(tooLong(name) + more) }),
      [422],
    ),
    fault(
      'an unknown field',
      fc.tuple(
        hostileText.filter((name) => !names.includes(name) && name.isWellFormed()),
        fc.jsonValue({ maxDepth: 2 }),
      ),
      withField,
      [400, 422],
    ),
    fault(
      'a field twice',
      fc.tuple(field, notString),
      (body, [name, value]) =>
        `{${JSON.stringify(name)}:${JSON.stringify(value)},${JSON.stringify(body).slice(1)}`,
    ),
    fault(
      'no object',
      fc.oneof(
        notString.filter((value) => typeof value !== 'object' || value === null || Array.isArray(value)),
        fc.string(),
      ),
      (_, value) => JSON.stringify(value),
      [422],
    ),
    fault(
      'malformed JSON',
      fc.tuple(fc.nat(40), fc.constantFrom('', ',', '}}', "'", '//', 'NaN', '\u0000', '\ufeff{')),
      (body, [cut, more]) => `${JSON.stringify(body).slice(0, -1 - cut)}${more || '{'}`,
      [400],
    ),
    fault(
      'bytes that are no UTF-8',
      fc.constantFrom(0x80, 0xc0, 0xff, 0xed),
      (body, byte) =>
        Buffer.concat([
          Buffer.from(JSON.stringify(body).slice(0, -2)),
          Buffer.from([byte]),
          Buffer.from('"}'),
        ]),
      [400],
    ),
    fault(
      'a deep body',
      fc.tuple(field, fc.integer({ min: 40, max: DEEP }), fc.boolean()),
      (_, [name, depth, isArray]) =>
        `{"${name}":${isArray ? '['.repeat(depth) : '{"a":'.repeat(Math.floor(depth / 2))}1${isArray ? ']'.repeat(depth) : '}'.repeat(Math.floor(depth / 2))}}`,
      [422],
    ),
    fault(
      'too large a body',
      fc.tuple(field, fc.integer({ min: 0, max: 20_000 })),
      (body, [name, more]) => ({ ...body, [name]: 'x'.repeat(TOO_LARGE + more) }),
      [413],
    ),
    fault(
      'prototype pollution',
      fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString'),
      (body, name) =>
        `{"${name}":{"prototype":{"isAdmin":true},"isAdmin":true},${JSON.stringify(body).slice(1)}`,
      [400, 422],
    ),
    fault('a compressed body', fc.constantFrom('gzip', 'deflate', 'br', 'x'), (body) => body, [415], {
      'content-encoding': 'gzip',
    }),
    fc.oneof(
      ...OTHER_TYPES.map((type) =>
        fault(`the media type ${type}`, fc.constant(0), (body) => body, [415], { 'content-type': type }),
      ),
    ),
  ];
  const needed = schema.required ?? [];
  if (needed.length > 0) {
    const left = fc.constantFrom(...needed);
    all.push(
      fault(
        'a missing field',
        left,
        (body, name) => Object.fromEntries(Object.entries(body).filter(([other]) => other !== name)),
        [422],
      ),
      fault('an empty body', fc.constant(0), () => '', [422]),
    );
  }
  return fc.oneof(
    { weight: HOSTILE, arbitrary: hostile },
    { weight: all.length, arbitrary: fc.oneof(...all) },
  );
}

/** Takes no names away from others, and tells nobody outside of the kit. */
function harmless(name: string, text: string, prefix: string): string {
  if (name === 'username' && USERNAME.test(text)) return `${prefix}${text}`.slice(0, 14);
  return text.replace(/@(?=[A-Za-z0-9])/g, '@@');
}

/** By its text: an assignment to `__proto__` would be none. */
function withField(body: Body, [name, value]: [string, unknown]): string {
  const others = JSON.stringify(body).slice(1);
  return `{${JSON.stringify(name)}:${JSON.stringify(value)}${others === '}' ? '' : ','}${others}`;
}
