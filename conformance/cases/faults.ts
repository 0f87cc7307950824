import fc from 'fast-check';
import { isPage, type Operation } from '../document.ts';
import { badBodies } from './bodies.ts';
import type { Draft } from './case.ts';
import type { Fixtures } from './fixtures.ts';
import { badHeaders } from './headers.ts';
import { encoded, hostileText } from './hostile.ts';
import { isSegment, type Proper } from './proper.ts';

const BAD_IDS = [
  'x',
  '1',
  '-1',
  'null',
  '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3',
  '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3g',
  '0192b3f48c1e7a529d435f0c7c1d2e3f',
  '%7B%22$gt%22:%22%22%7D',
  "'%20OR%201=1",
];
const BAD_NUMBERS = [
  '0',
  '101',
  '-1',
  '1.5',
  '1e1',
  '0x10',
  'x',
  '',
  '%20',
  '99999999999999999999',
  'NaN',
  '1%00',
  '\u0661',
].map((one) => (one === '\u0661' ? encoded(one) : one));
const BAD_DATES = [
  'x',
  '',
  '0',
  '2026',
  '2026-02-30',
  '2026-13-01',
  '2026-1-1',
  '2026-03-25T09:30:00',
  '2026-03-25T25:00:00Z',
  '2026-03-25%2009:30',
  '-2026-01-01',
  '%00',
  '2026-03-25T09:30:00%2B99:00',
];
const CURSOR_LENGTH = 44;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'LOCK', 'TRACE'];

/** All the ways in which a request to an operation can be wrong or odd. */
export function faultsOf(operation: Operation, proper: Proper, fixtures: Fixtures): fc.Arbitrary<Draft> {
  const request = proper.request(operation);
  const known =
    operation.auth === 'none' ? request : request.map((draft) => ({ ...draft, isAnonymous: false }));
  const { body, method } = operation;
  return fc.oneof(
    { weight: operation.path.includes('{') ? 4 : 1, arbitrary: fc.oneof(...inPath(operation, known)) },
    { weight: 6, arbitrary: fc.oneof(...inQuery(operation, known, fixtures)) },
    { weight: 4, arbitrary: badHeaders(operation, request) },
    { weight: 2, arbitrary: fc.oneof(...inMethod(operation, request, fixtures)) },
    ...(body ? [{ weight: 24, arbitrary: badBodies(operation, body, known, fixtures.people.prefix) }] : []),
    ...(!body && method !== 'GET' ? [{ weight: 4, arbitrary: needlessBody(known) }] : []),
  );
}

function with_(
  base: fc.Arbitrary<Draft>,
  about: string,
  statuses: readonly number[] | undefined,
  change: (draft: Draft) => Partial<Draft>,
): fc.Arbitrary<Draft> {
  return base.map(({ statuses: _, ...draft }) => ({
    ...draft,
    about,
    ...(statuses && { statuses }),
    ...change(draft),
  }));
}

function inPath(operation: Operation, known: fc.Arbitrary<Draft>): fc.Arbitrary<Draft>[] {
  const at = (value: string): string => operation.path.replace(/\{\w+\}/, value);
  const all = [with_(known, 'a path that cannot be decoded', [400], ({ path }) => ({ path: `${path}%zz` }))];
  if (!operation.path.includes('{')) return all;
  const isId = operation.path.includes('{id}');
  // Only reads may name anybody: a write would concern them.
  const hostile = hostileText
    .filter((text) => isSegment(text) && (operation.method === 'GET' || !/^[A-Za-z0-9]{1,14}$/.test(text)))
    .map(encoded);
  const values = isId
    ? fc.oneof(
        fc.constantFrom(...BAD_IDS),
        hostile.filter((text) => !/^[\da-f-]{36}$/i.test(text)),
      )
    : hostile;
  const bad = fc.tuple(known, values).map(([draft, value]) => ({ ...draft, path: at(value) }));
  all.push(
    with_(
      bad,
      isId ? 'a bad id' : 'a hostile name',
      isId
        ? [400, ...(operation.path.includes('/admin/') ? [403] : [])]
        : operation.method === 'GET'
          ? [200, 400, 404]
          : [400, 404],
      () => ({}),
    ),
  );
  all.push(with_(known, 'one segment too many', [404], ({ path }) => ({ path: `${path}/x` })));
  return all;
}

function inQuery(
  operation: Operation,
  known: fc.Arbitrary<Draft>,
  { cursor }: Fixtures,
): fc.Arbitrary<Draft>[] {
  const names = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const refused = operation.path.includes('{') ? [400, 404] : [400];
  const set = (name: string, values: fc.Arbitrary<string>): fc.Arbitrary<Draft> =>
    with_(
      fc.tuple(known, values).map(([draft, value]) => ({
        ...draft,
        query: [...draft.query.filter((one) => !one.startsWith(`${name}=`)), `${name}=${value}`],
      })),
      `a bad ${name}`,
      refused,
      () => ({}),
    );
  const all: fc.Arbitrary<Draft>[] = [];
  const unknown = fc.tuple(
    known,
    hostileText.filter((text) => !names.includes(text)),
    fc.constantFrom('[]', '[$gt]', '.x', ''),
  );
  all.push(
    unknown.map(([draft, name, more]) => ({
      ...draft,
      about: 'an unknown parameter',
      query: [...draft.query, `${encoded(`x${name}${more}`)}=1`],
    })),
  );
  all.push(
    with_(known, 'a query that cannot be decoded', undefined, ({ query }) => ({
      query: [...query, '%zz=%ff', '&&=', '%'],
    })),
  );
  if (isPage(operation)) {
    const made = fc.string({
      unit: fc.constantFrom(...'ABCxyz019_-'),
      minLength: CURSOR_LENGTH,
      maxLength: CURSOR_LENGTH,
    });
    const altered = fc
      .nat(CURSOR_LENGTH - 1)
      .map((n) => `${cursor.slice(0, n)}${cursor[n] === 'Q' ? 'R' : 'Q'}${cursor.slice(n + 1)}`);
    const others = operation.operationId === 'readAll' ? altered : fc.constant(cursor);
    all.push(
      set(
        'cursor',
        fc.oneof(made, altered, others, hostileText.filter((text) => text !== cursor).map(encoded)),
      ),
    );
    all.push(
      set('limit', fc.constantFrom(...BAD_NUMBERS)),
      set('since', fc.constantFrom(...BAD_DATES)),
      set('until', fc.constantFrom(...BAD_DATES)),
    );
    all.push(
      with_(known, 'a range backwards', refused, () => ({
        query: [...(names.includes('q') ? ['q=x'] : []), 'since=2026-03-02', 'until=2026-03-01'],
      })),
    );
    all.push(
      with_(known, 'a parameter twice', refused, ({ query }) => ({
        query: [...query, 'limit=2', 'limit=2'],
      })),
    );
  }
  if (names.includes('ids'))
    all.push(
      set(
        'ids',
        fc.constantFrom(
          '',
          'x',
          ',',
          'a,b',
          BAD_IDS.join(),
          Array<string>(101).fill('0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f').join(),
        ),
      ),
    );
  if (names.includes('q'))
    all.push(
      set('q', fc.constantFrom('', 'x'.repeat(101), encoded('\u{1f600}'.repeat(101)))),
      with_(known, 'no q', refused, () => ({ query: [] })),
    );
  if (names.includes('view'))
    all.push(set('view', hostileText.filter((text) => text !== 'posts').map(encoded)));
  if (names.includes('types')) all.push(set('types', hostileText.map(encoded)));
  return all;
}

function inMethod(
  operation: Operation,
  request: fc.Arbitrary<Draft>,
  { people }: Fixtures,
): fc.Arbitrary<Draft>[] {
  const siblings = people.deployment.document.operations.filter(({ path }) => path === operation.path);
  const wrong = METHODS.filter((method) => !siblings.some((one) => one.method === method));
  const bare = request.map(({ body: _, headers: __, ...draft }) => ({ ...draft, headers: {} }));
  const other = fc.constantFrom(...wrong);
  const all: fc.Arbitrary<Draft>[] = [
    fc
      .tuple(bare, other)
      .map(([draft, method]): Draft => ({ ...draft, about: 'a wrong method', method, statuses: [405] })),
  ];
  all.push(with_(bare, 'OPTIONS', [204], () => ({ method: 'OPTIONS' })));
  if (operation.method === 'GET')
    all.push(request.map((draft) => ({ ...draft, about: 'HEAD', method: 'HEAD' })));
  return all;
}

/** For an operation that takes none. */
function needlessBody(known: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> {
  const bodies = fc.constantFrom('{}', 'null', '[]', '{"text":"x"}', '{', '\u0000', '"', 'x'.repeat(70_000));
  const types = fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded');
  return fc.tuple(known, bodies, types).map(([{ statuses: _, ...draft }, body, type]) => ({
    ...draft,
    about: 'a body that is not asked for',
    headers: { 'content-type': type },
    body: Buffer.from(body),
  }));
}
