import type { OpenAPIObject } from '@nestjs/swagger';

interface Parameter {
  required?: boolean;
  example?: unknown;
  examples?: unknown;
  schema?: { example?: unknown };
}

interface Operation {
  parameters?: Parameter[];
}

/**
 * The document for Swagger UI, which fills in examples before it sends: of parameters that may be left out they are
 * taken away. An example of a cursor is refused, a date hides what is asked for, and an idempotency key gives the
 * first answer again.
 */
export function documentToTry(document: OpenAPIObject): OpenAPIObject {
  const copy = structuredClone(document);
  const operations = Object.values(copy.paths).flatMap((item) => Object.values(item) as Operation[]);
  const shared = Object.values(copy.components?.parameters ?? {}) as Parameter[];
  for (const parameter of [...shared, ...operations.flatMap(({ parameters = [] }) => parameters)]) {
    if (parameter.required) continue;
    delete parameter.example;
    delete parameter.examples;
    delete parameter.schema?.example;
  }
  return copy;
}
