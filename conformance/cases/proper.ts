import fc from 'fast-check';
import { codesOf, type Operation, type Parameter, publishes, type Schema } from '../document.ts';
import type { Draft } from './case.ts';
import type { Fixtures } from './fixtures.ts';
import { encoded, hostileText } from './hostile.ts';

const UNKNOWN_ID = '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f';

/** Values that a parameter or a field may have, as the document describes it. */
export class Proper {
  private readonly fixtures: Fixtures;

  constructor(fixtures: Fixtures) {
    this.fixtures = fixtures;
  }

  /** A request that nothing is wrong with. What it asks for may be there or not. */
  request(operation: Operation): fc.Arbitrary<Draft> {
    const { parameters } = operation;
    const inPath = parameters.filter((one) => one.in === 'path');
    const inQuery = parameters.filter((one) => one.in === 'query');
    return fc
      .record({
        path: fc.record(Object.fromEntries(inPath.map((one) => [one.name, this.parameter(one, operation)]))),
        query: fc.tuple(...inQuery.map((one) => this.optional(one, operation))),
        body: operation.body ? this.body(operation.body, operation) : fc.constant(undefined),
        reader: fc.nat(this.fixtures.readers.length - 1),
        // Users have limits of their own, and all who are nobody share one.
        isAnonymous:
          operation.auth === 'needed' ? fc.constant(false) : fc.constantFrom(true, false, false, false),
      })
      .map(({ path, query, body, reader, isAnonymous }) => ({
        about: 'a proper request',
        method: operation.method,
        path: operation.path.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? ''),
        query: query.filter((one) => one !== ''),
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
        reader,
        isAnonymous,
        statuses: statusesOf(operation),
      }));
  }

  /** The value of a parameter, encoded. */
  parameter({ name, schema }: Parameter, { method }: Operation): fc.Arbitrary<string> {
    const { posts, names, people } = this.fixtures;
    switch (name) {
      case 'id':
        return fc.constantFrom(...posts, ...posts.map((id) => id.toUpperCase()), UNKNOWN_ID);
      case 'username':
      case 'author': {
        // A write must not concern anybody outside of the kit.
        const known = fc.constantFrom(...names, ...names.map((one) => one.toUpperCase()));
        return fc.oneof(
          known,
          method === 'GET' ? hostileText.map(encoded).filter(isSegment) : fc.constant(`${people.prefix}none`),
        );
      }
      case 'ids':
        return fc
          .array(fc.constantFrom(...posts, UNKNOWN_ID), { minLength: 1, maxLength: 100 })
          .map((ids) => ids.join());
      case 'limit':
        return fc.integer({ min: 1, max: 100 }).map(String);
      case 'since':
        return fc.constantFrom(
          '2020-01-01',
          '2024-02-29',
          '2021-03-25T09:30:00Z',
          '2021-03-25T09:30:00.123456%2B05:30',
        );
      case 'until':
        return fc.constantFrom('2030-01-01', '2100-12-31T23:59:59.999Z', '2030-01-01T00:00:00-11:00');
      case 'types':
        return fc
          .subarray(['follow', 'reply', 'repost', 'quote', 'mention'], { minLength: 1 })
          .map((types) => types.join());
      case 'q':
        return fc
          .oneof(hostileText, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }))
          .map((text) => Array.from(text.toWellFormed()).slice(0, 100).join(''))
          .filter((text) => text !== '')
          .map(encoded);
      default:
        return schema.enum ? fc.constantFrom(...schema.enum) : fc.constant('x');
    }
  }

  /** A body with all the fields that it needs, and some of the others. */
  body(schema: Schema, operation: Operation): fc.Arbitrary<Record<string, unknown>> {
    const fields = Object.keys(schema.properties ?? {}).map(
      (name) => [name, this.field(name, operation)] as const,
    );
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...(schema.required ?? [])] });
  }

  private field(name: string, { operationId }: Operation): fc.Arbitrary<string> {
    const { people, notifications } = this.fixtures;
    switch (name) {
      case 'username':
        return fc.constantFrom('a', 'b', 'C').map((end) => `${people.prefix}${end}x`);
      case 'password':
        return operationId === 'register'
          ? fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
          : fc.string({ maxLength: 40 });
      case 'displayName':
        return fc.constantFrom('Ada', 'x'.repeat(50), '\u65e5\u672c', ' trimmed ');
      case 'bio':
        return fc.constantFrom('', 'Notes', 'x'.repeat(160), 'two\nlines');
      case 'text':
        return fc.constantFrom(
          'x',
          'x'.repeat(777),
          '\u{1f600}'.repeat(777),
          ' trimmed\r\n',
          'e\u0301',
          '\u05e9\u05dc\u202e',
          '$where',
          "'--",
        );
      case 'lastReadId':
        return fc.constantFrom(...notifications);
      default:
        return fc.string({ minLength: 1, maxLength: 60 });
    }
  }

  private optional(one: Parameter, operation: Operation): fc.Arbitrary<string> {
    // A cursor is good for one list alone: stories walk with them.
    if (one.name === 'cursor') return fc.constant('');
    const given = this.parameter(one, operation).map((value) => `${one.name}=${value}`);
    return one.required
      ? given
      : fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: given });
  }
}

/** Whether it reaches the server as it is: dots alone, and nothing at all, are other paths. */
export function isSegment(text: string): boolean {
  return text !== '' && !/^\.{1,2}$/.test(text);
}

/** What a proper request may be answered with: success, or what its subject is about. */
function statusesOf(operation: Operation): number[] {
  const codes = Object.keys(operation.responses).map(Number);
  const isFew = publishes(operation) || codesOf(operation, 429).includes('too-many-streams');
  const domain = [403, 404, 409, ...(isFew ? [429] : [])];
  // One's own posts and oneself; a notification of another reader.
  const isOwn =
    codesOf(operation, 422).some((code) => code.startsWith('self-')) ||
    operation.operationId === 'moveMarker';
  const isAccount = operation.path.startsWith('/v1/auth/');
  return codes.filter(
    (status) =>
      status < 300 || domain.includes(status) || (status === 422 && isOwn) || (status === 401 && isAccount),
  );
}
