import type { OpenAPIObject } from '@nestjs/swagger';

interface Value {
  type?: string;
  format?: string;
  properties?: Record<string, Value>;
  items?: Value;
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

/**
 * Says of values what their names tell here: ids are UUIDs, what ends in `At` is an instant, and every number counts
 * something.
 */
export function describeValues({ components, paths }: OpenAPIObject): void {
  for (const schema of Object.values(components?.schemas ?? {})) describe(schema as Value);
  for (const item of Object.values(paths)) {
    for (const operation of Object.values(item) as { parameters?: Parameter[] }[]) {
      for (const parameter of operation.parameters ?? []) describeParameter(parameter);
    }
  }
}

function describe({ properties = {} }: Value): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value.type === 'number') value.type = 'integer';
    if (value.type !== 'string' || value.format !== undefined) continue;
    if (name !== 'requestId' && /(?:^i|I)d$/.test(name)) value.format = 'uuid';
    if (name.endsWith('At')) value.format = 'date-time';
  }
}

function describeParameter(parameter: Parameter): void {
  if (parameter.in !== 'path') return;
  Object.assign(parameter, PATH_PARAMETERS[parameter.name]);
  if (parameter.name === 'id') parameter.schema = { type: 'string', format: 'uuid' };
}
