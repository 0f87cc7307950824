import type { OpenAPIObject } from '@nestjs/swagger';

interface Value {
  type?: string;
  format?: string;
  properties?: Record<string, Value>;
  additionalProperties?: boolean;
  enum?: unknown[];
  example?: unknown;
  items?: Value;
  minItems?: number;
  maxItems?: number;
  allOf?: { $ref: string }[];
  $ref?: string;
}

interface Parameter {
  name: string;
  in: string;
  description?: string;
  style?: string;
  explode?: boolean;
  example?: string | string[];
  schema?: Value;
}

/** Of int32, which all languages have. */
const MOST = 2_147_483_647;

const UUID = { type: 'string', format: 'uuid' };
const POST_ID = '0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f';

/** What Nest does not find out, by the names of parameters. */
const PARAMETERS: Readonly<Record<string, Partial<Parameter>>> = {
  id: { description: 'Id of the post.', example: POST_ID, schema: UUID },
  username: { description: 'Name of the user; its case is ignored.', example: 'Ada' },
  // One parameter, whose values are separated by commas.
  ids: {
    style: 'form',
    explode: false,
    schema: { type: 'array', items: UUID, minItems: 1, maxItems: 100 },
    example: [POST_ID, '0192b3f4-9d2f-7b63-8e54-6a1d8d2e3f40'],
  },
};

/** Parameters that mean the same in every operation: they stand once, under these names. */
const SHARED: Readonly<Record<string, string>> = {
  id: 'PostId',
  username: 'Username',
  limit: 'Limit',
  cursor: 'Cursor',
  since: 'Since',
  until: 'Until',
  'Idempotency-Key': 'IdempotencyKey',
  'Last-Event-ID': 'LastEventId',
};

/**
 * Says of values what their names tell here: ids are UUIDs, what ends in `At` is an instant, every number counts
 * something, and a `...Body` takes no other fields.
 */
export function describeValues({ components = {}, paths }: OpenAPIObject): void {
  for (const [name, schema] of Object.entries(components.schemas ?? {})) describe(name, schema as Value);
  const shared: Record<string, Parameter> = {};
  for (const item of Object.values(paths)) {
    for (const operation of Object.values(item) as { parameters?: (Parameter | { $ref: string })[] }[]) {
      const parameters = (operation.parameters ?? []) as Parameter[];
      parameters.forEach(describeParameter);
      operation.parameters = parameters.map((parameter) => {
        const name = SHARED[parameter.name];
        if (name === undefined) return parameter;
        shared[name] = parameter;
        return { $ref: `#/components/parameters/${name}` };
      });
    }
  }
  Object.assign(components, { parameters: shared });
}

function describe(schema: string, value: Value): void {
  if (schema.endsWith('Body')) value.additionalProperties = false;
  if (value.enum) value.example = value.enum[0];
  for (const [name, property] of Object.entries(value.properties ?? {})) describeProperty(name, property);
}

function describeProperty(name: string, value: Value): void {
  // A description may stand beside a reference since OpenAPI 3.1; many generators make a class of a lone allOf.
  const [only, ...others] = value.allOf ?? [];
  if (only && others.length === 0) {
    delete value.allOf;
    value.$ref = only.$ref;
  }
  if (value.type === 'number') value.type = 'integer';
  if (value.type === 'integer') {
    Object.assign(value, { format: 'int32', minimum: 0, maximum: MOST, ...value });
  }
  // Pages, and posts by their ids.
  if (name === 'items') value.maxItems = 100;
  if (value.type !== 'string' || value.format !== undefined) return;
  if (name !== 'requestId' && /(?:^i|I)d$/.test(name)) value.format = 'uuid';
  if (name.endsWith('At')) value.format = 'date-time';
}

function describeParameter(parameter: Parameter): void {
  Object.assign(parameter, PARAMETERS[parameter.name]);
}
