import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export type Json = Record<string, unknown>;

export interface Schema extends Json {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Response {
  readonly headers?: Json;
  readonly content?: Readonly<Record<string, { readonly schema: Schema; readonly examples?: Json }>>;
}

interface Described {
  readonly operationId: string;
  readonly security?: readonly Json[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface OpenApi extends Json {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Who must be known: nobody, anybody, or who likes to. */
export type Auth = 'none' | 'needed' | 'optional';

export interface Operation extends Described {
  readonly method: string;
  readonly path: string;
  readonly auth: Auth;
  readonly parameters: readonly Parameter[];
  /** Of the JSON body, without references. */
  readonly body?: Schema;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** An OpenAPI document: its operations, and what it says of answers. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  readonly codes: ReadonlySet<string>;
  private readonly paths: readonly { readonly form: RegExp; readonly operations: readonly Operation[] }[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly source: OpenApi;

  constructor(source: OpenApi) {
    this.source = inPlace(source);
    this.operations = Object.entries(this.source.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const described = item[method];
        return described ? [this.operation(path, method, described)] : [];
      }),
    );
    this.codes = new Set(this.source.components.schemas['ProblemCode']?.enum);
    // The more of a path is fixed, the earlier it is tried.
    this.paths = [...Map.groupBy(this.operations, ({ path }) => path)]
      .map(([path, operations]) => ({ form: formOf(path), operations, open: path.split('{').length }))
      .toSorted((one, other) => one.open - other.open);
    addFormats.default(this.ajv);
    this.ajv.addSchema({ ...closed(this.source), $id: 'api' }, 'api');
  }

  /** The operations of the path of `target`: none where the document knows no such path. */
  at(target: string): readonly Operation[] {
    const path = target.split('?', 1)[0] ?? '';
    return this.paths.find(({ form }) => form.test(path))?.operations ?? [];
  }

  /** What is wrong with the body of an answer, if anything. */
  bodyFault(
    { path, method, responses }: Operation,
    status: number,
    type: string,
    body: unknown,
  ): string | undefined {
    const content = responses[status]?.content ?? {};
    if (type === '') return Object.keys(content).length === 0 ? undefined : 'has no body';
    if (!content[type]) return `is not documented as ${type}`;
    const steps = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      type,
      'schema',
    ];
    const pointer = steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const validate = this.validator(`api#/${encodeURI(pointer)}`);
    return validate(body) ? undefined : this.ajv.errorsText(validate.errors, { dataVar: '' });
  }

  problemFault(body: unknown): string | undefined {
    const validate = this.validator('api#/components/schemas/Problem');
    return validate(body) ? undefined : this.ajv.errorsText(validate.errors, { dataVar: '' });
  }

  resolved(schema: Schema): Schema {
    const name = schema.$ref?.replace('#/components/schemas/', '');
    return name === undefined ? schema : (this.source.components.schemas[name] ?? {});
  }

  private operation(path: string, method: string, described: Described): Operation {
    const body = described.requestBody?.content['application/json']?.schema;
    const isFree = described.security?.some((one) => Object.keys(one).length === 0) ?? false;
    return {
      ...described,
      path,
      method: method.toUpperCase(),
      auth: described.security?.length ? (isFree ? 'optional' : 'needed') : 'none',
      parameters: (described.parameters ?? []).map((one) => ({ ...one, schema: this.resolved(one.schema) })),
      ...(body && { body: this.resolved(body) }),
    };
  }

  private validator($ref: string): ValidateFunction {
    const known = this.validators.get($ref);
    if (known) return known;
    const made = this.ajv.compile({ $ref });
    this.validators.set($ref, made);
    return made;
  }
}

export function isPage({ method, parameters }: Operation): boolean {
  return method === 'GET' && parameters.some(({ name }) => name === 'cursor');
}

/** Whether the operation publishes a post. */
export function publishes({ responses }: Operation): boolean {
  const examples = responses['429']?.content?.['application/problem+json']?.examples ?? {};
  return 'quota-exceeded' in examples;
}

/** The codes that the document names for an operation and a status. */
export function codesOf({ responses }: Operation, status: number): string[] {
  return Object.keys(responses[status]?.content?.['application/problem+json']?.examples ?? {});
}

function formOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);
}

/** A copy in which objects have the fields that are described, and no others: what nobody described is a fault. */
function closed<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(closed) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part as unknown)]));
  if (copy['type'] === 'object' && copy['properties'] && copy['additionalProperties'] === undefined) {
    copy['additionalProperties'] = false;
  }
  return copy as Value;
}

/** The document with what operations share, except for schemas, in the places that refer to it. */
function inPlace(source: OpenApi): OpenApi {
  const shared = source.components as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const put = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(put);
    if (typeof part !== 'object' || part === null) return part;
    const [, kind = '', name = ''] =
      '$ref' in part ? (/^#\/components\/(\w+)\/(.+)$/.exec(String(part.$ref)) ?? []) : [];
    if (kind !== '' && kind !== 'schemas') return put(shared[kind]?.[name]);
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, put(value)]));
  };
  return { ...source, paths: put(source.paths) as OpenApi['paths'] };
}
