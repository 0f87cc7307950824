import type { OpenAPIObject } from '@nestjs/swagger';

interface Parameter {
  required?: boolean;
  example?: unknown;
  examples?: unknown;
  schema?: { example?: unknown };
}

/**
 * The document for Swagger UI, which fills in examples before it sends: of parameters that may be left out they are
 * taken away. An example of a cursor is refused, a date hides what is asked for, and an idempotency key gives the
 * first answer again.
 */
export function documentToTry(document: OpenAPIObject): OpenAPIObject {
  const copy = structuredClone(document);
  for (const item of Object.values(copy.paths)) {
    for (const { parameters = [] } of Object.values(item) as { parameters?: Parameter[] }[]) {
      for (const parameter of parameters) {
        if (parameter.required) continue;
        delete parameter.example;
        delete parameter.examples;
        delete parameter.schema?.example;
      }
    }
  }
  return copy;
}
