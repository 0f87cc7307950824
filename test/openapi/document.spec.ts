import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { PROBLEMS } from '../../src/http/problems.js';

type Json = Record<string, unknown>;

interface Link {
  operationId: string;
  parameters?: Record<string, string>;
}

interface Media {
  schema: Json;
  examples?: Record<string, { $ref: string }>;
}

interface Answer {
  content?: Record<string, Media>;
  links?: Record<string, Link | { $ref: string }>;
}

interface Operation {
  operationId: string;
  parameters?: ({ name: string; in: string; required?: boolean } | { $ref: string })[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer | { $ref: string }>;
}

const text = readFileSync('openapi.json', 'utf8');
const document = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ ...document, $id: 'posterr' }, 'posterr');

/** What a reference points to, or what stands there itself. */
function resolved<Value extends object>(value: Value): Exclude<Value, { $ref: string }> {
  let found: unknown = value;
  while (typeof found === 'object' && found !== null && '$ref' in found) {
    const steps = String(found.$ref).split('/').slice(1);
    found = steps.reduce<unknown>((at, step) => (at as Json | undefined)?.[step], document);
  }
  if (found === undefined) throw new Error(`Nothing is at ${JSON.stringify(value)}.`);
  return found as Exclude<Value, { $ref: string }>;
}

/** Every object in `value`, with the steps that lead to it. */
function* objectsIn(value: unknown, steps: string[] = []): Generator<[pointer: string, object: Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [steps.join('/'), value as Json];
  for (const [name, part] of Object.entries(value)) yield* objectsIn(part, [...steps, name]);
}

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
);
const operationOf = (id: string) => operations.find(({ operation }) => operation.operationId === id);
const parametersOf = ({ parameters = [] }: Operation) => parameters.map((parameter) => resolved(parameter));

it('every example is good for its schema', () => {
  const faults: string[] = [];
  const count = { bodies: 0, fields: 0 };
  const judge = (where: string, schema: Json, value: unknown) => {
    const validate = ajv.compile(absolute(schema));
    if (!validate(value)) faults.push(`${where}: ${ajv.errorsText(validate.errors)}`);
  };
  for (const { name, operation } of operations) {
    const answers = Object.entries(operation.responses).map(
      ([status, answer]) => [status, resolved(answer)] as const,
    );
    const sent = operation.requestBody ? [['body', operation.requestBody] as const] : [];
    for (const [place, { content = {} }] of [...sent, ...answers]) {
      for (const { schema, examples = {} } of Object.values(content)) {
        for (const [title, example] of Object.entries(examples)) {
          count.bodies += 1;
          judge(`${name} ${place} ${title}`, schema, (resolved(example) as unknown as Json)['value']);
        }
      }
    }
  }
  for (const [where, object] of objectsIn(document)) {
    // Of a parameter or header, else of a schema.
    const schema = 'schema' in object ? (object['schema'] as Json) : object;
    if (!('example' in object) || !('type' in schema || '$ref' in schema)) continue;
    count.fields += 1;
    judge(where, schema, object['example']);
  }
  expect(faults).toEqual([]);
  expect(count.bodies).toBeGreaterThan(200);
  expect(count.fields).toBeGreaterThan(60);
});

/** The same schema for those outside of the document. */
function absolute(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"posterr#/')) as Json;
}

it('every JSON body has an example', () => {
  for (const { name, operation } of operations) {
    const bodies = [
      ...Object.values(operation.responses),
      ...(operation.requestBody ? [operation.requestBody] : []),
    ];
    for (const { content = {} } of bodies.map((body) => resolved(body as Answer))) {
      for (const [type, { examples = {} }] of Object.entries(content)) {
        if (type.endsWith('json')) expect([name, Object.keys(examples)]).not.toEqual([name, []]);
      }
    }
  }
});

it('links lead to operations, and give them all that they need', () => {
  let seen = 0;
  for (const { name, operation } of operations) {
    const own = parametersOf(operation).map(
      ({ name: parameter, in: place }) => `$request.${place}.${parameter}`,
    );
    for (const [status, answer] of Object.entries(operation.responses)) {
      const { links = {}, content } = resolved(answer);
      for (const [title, link] of Object.entries(links)) {
        seen += 1;
        const where = `${name} ${status} ${title}`;
        const { operationId, parameters = {} } = resolved(link);
        const target = operationOf(operationId)?.operation;
        if (!target) throw new Error(`${where} leads nowhere: ${operationId}`);
        const known = parametersOf(target);
        expect([where, known.map((parameter) => parameter.name)]).toEqual([
          where,
          expect.arrayContaining(Object.keys(parameters)),
        ]);
        const needed = known.filter(({ required }) => required).map((parameter) => parameter.name);
        expect([where, Object.keys(parameters)]).toEqual([where, expect.arrayContaining(needed)]);
        for (const expression of Object.values(parameters)) {
          const [, pointer] = expression.split('#');
          const isThere =
            pointer === undefined
              ? own.includes(expression)
              : hasValue(content?.['application/json']?.schema ?? {}, pointer.split('/').slice(1));
          expect([where, expression, isThere]).toEqual([where, expression, true]);
        }
      }
    }
  }
  expect(seen).toBeGreaterThan(40);
});

/** Whether values of `schema` can have something at the steps of a JSON pointer. */
function hasValue(schema: Json, steps: readonly string[]): boolean {
  const { properties, items } = resolved(schema) as { properties?: Record<string, Json>; items?: Json };
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  const next = /^\d+$/.test(step) ? items : properties?.[step];
  return next !== undefined && hasValue(next, rest);
}

it('names each parameter once, whatever its case', () => {
  for (const { name, operation } of operations) {
    const names = parametersOf(operation).map(
      (parameter) => `${parameter.in} ${parameter.name.toLowerCase()}`,
    );
    expect([name, names]).toEqual([name, [...new Set(names)]]);
  }
});

it('has nothing that generated clients choke on', () => {
  for (const [where, object] of objectsIn(document)) {
    const hits = ['oneOf', 'anyOf', 'nullable'].filter((name) => name in object);
    if (object['type'] === 'null' || (Array.isArray(object['type']) && object['type'].includes('null')))
      hits.push('null');
    expect([where, hits]).toEqual([where, []]);
  }
  expect(text).not.toMatch(/: null\b/);
});

it('names the problems in one closed list, each with its meaning in the guide', () => {
  const { info, components } = document as unknown as {
    info: { description: string };
    components: { schemas: Record<string, { enum?: string[] }> };
  };
  expect(components.schemas['ProblemCode']?.enum).toEqual(Object.keys(PROBLEMS));
  for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
    expect(info.description).toContain(`| \`${code}\` | ${status} | ${title} |`);
  }
});
