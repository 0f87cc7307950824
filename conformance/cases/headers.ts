import fc from 'fast-check';
import type { Operation } from '../document.ts';
import type { Draft } from './case.ts';
import { headerText } from './hostile.ts';

/** Headers that no answer depends on, whatever is in them. */
const IDLE_HEADERS = [
  'accept',
  'accept-language',
  'accept-encoding',
  'x-request-id',
  'traceparent',
  'tracestate',
  'origin',
  'referer',
  'user-agent',
  'cookie',
  'range',
  'if-modified-since',
  'if-match',
  'x-forwarded-for',
  'x-forwarded-host',
  'forwarded',
  'x-http-method-override',
  'x-original-url',
  'x-user-id',
  'te',
  'pragma',
  'priority',
];
const LONG_HEADER = 20_000;

/** Requests with a header that is wrong or odd. `request` makes requests that have none. */
export function badHeaders(operation: Operation, request: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> {
  const set = (
    about: string,
    name: string,
    values: fc.Arbitrary<string | string[]>,
    statuses: ((draft: Draft) => readonly number[] | undefined) | readonly number[],
  ): fc.Arbitrary<Draft> =>
    fc.tuple(request, values).map(([draft, value]) => {
      const { statuses: _, ...rest } = draft;
      const allowed = typeof statuses === 'function' ? statuses(draft) : statuses;
      return {
        ...rest,
        about,
        headers: { ...draft.headers, [name]: value },
        ...(allowed && { statuses: allowed }),
      };
    });
  const token = fc.oneof(
    headerText,
    headerText.map((text) => `Bearer ${text}`),
    fc.constantFrom(
      'Bearer',
      'Basic YTpi',
      'Bearer a.b.c',
      `Bearer ${'x'.repeat(3_000)}`,
      'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
      'bearer null',
    ),
  );
  const also = operation.path.includes('{') ? [404] : [];
  const all = [
    set('a bad Authorization', 'authorization', token, [401]).map((draft) => ({
      ...draft,
      isAnonymous: true,
    })),
    set('too long a header', 'x-long', fc.constant('x'.repeat(LONG_HEADER)), [431]),
  ];
  if (operation.auth === 'needed')
    all.push(
      request.map((draft) => ({ ...draft, about: 'no Authorization', isAnonymous: true, statuses: [401] })),
    );
  if (operation.method === 'GET')
    all.push(
      set('If-None-Match of chance', 'if-none-match', headerText, ({ statuses }) => [
        ...(statuses ?? []),
        304,
      ]),
    );
  if (operation.parameters.some(({ name }) => name === 'Last-Event-ID')) {
    all.push(set('a Last-Event-ID of chance', 'last-event-id', headerText, ({ statuses }) => statuses));
  }
  if (operation.parameters.some(({ name }) => name === 'Idempotency-Key')) {
    const bad = fc.constantFrom<string | string[]>('', 'a b', '\u00e9', 'x'.repeat(256), ['a', 'a'], 'a\tb');
    all.push(set('a bad Idempotency-Key', 'idempotency-key', bad, [400, ...also]));
    const good = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    });
    all.push(
      set('an Idempotency-Key', 'idempotency-key', good, ({ statuses }) => [...(statuses ?? []), 409, 422]),
    );
  }
  const idle = IDLE_HEADERS.map((name) =>
    set(`${name} of chance`, name, headerText, ({ statuses }) => statuses),
  );
  return fc.oneof({ weight: 1, arbitrary: fc.oneof(...idle) }, { weight: 1, arbitrary: fc.oneof(...all) });
}
