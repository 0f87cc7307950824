import type { OpenAPIObject } from '@nestjs/swagger';

interface Value {
  type?: string;
  format?: string;
  properties?: Record<string, Value>;
  additionalProperties?: boolean;
  items?: Value;
  allOf?: { $ref: string }[];
  $ref?: string;
}

interface Parameter {
  name: string;
  in: string;
  description?: string;
  example?: string;
  schema?: Value;
}

const PATH_PARAMETERS: Readonly<Record<string, Pick<Parameter, 'description' | 'example'>>> = {
  id: { description: 'Id of the post.', example: '0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f' },
  username: { description: 'Name of the user; its case is ignored.', example: 'Ada' },
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
  if (value.type !== 'string' || value.format !== undefined) return;
  if (name !== 'requestId' && /(?:^i|I)d$/.test(name)) value.format = 'uuid';
  if (name.endsWith('At')) value.format = 'date-time';
}

function describeParameter(parameter: Parameter): void {
  if (parameter.in !== 'path') return;
  Object.assign(parameter, PATH_PARAMETERS[parameter.name]);
  if (parameter.name === 'id') parameter.schema = { type: 'string', format: 'uuid' };
}
