import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;

interface Response {
  content?: Record<string, { schema: Json }>;
}

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Response | { $ref: string }> }>>;
  components: { schemas: Record<string, Json>; responses: Record<string, Response> };
}

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
// Clients must bear new fields, but what is answered today is documented to the last field.
for (const schema of Object.values(document.components.schemas)) {
  if (schema['type'] === 'object') schema['additionalProperties'] = false;
}
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ ...document, $id: 'posterr' }, 'posterr');

const PATHS = Object.keys(document.paths).map((template) => ({
  template,
  form: new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  parameters: (template.match(/\{/g) ?? []).length,
}));
PATHS.sort((a, b) => a.parameters - b.parameters);
const validators = new Map<string, ValidateFunction>();

/** Fails the test when an answer of a documented path is not one that the OpenAPI document allows. */
export function expectDocumented(
  method: string,
  url: string,
  status: number,
  headers: Headers,
  body: unknown,
): void {
  const path = url.split('?', 1)[0] ?? '';
  const template = PATHS.find(({ form }) => form.test(path))?.template;
  const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
  if (template === undefined || !operation) return;
  const where = `${method} ${template} ${status}`;
  const { steps, response } = documentedAnswer(template, method.toLowerCase(), String(status));
  if (!response) throw new Error(`${where} is not documented: ${brief(body)}`);
  const type = headers.get('content-type')?.split(';', 1)[0] ?? '';
  const documented = response.content?.[type];
  if (!documented) {
    if (body === '') return;
    throw new Error(`${where} is not documented as ${type}: ${brief(body)}`);
  }
  const validate = validatorOf([...steps, 'content', type, 'schema']);
  if (!validate(body)) {
    throw new Error(`${where} is not as documented: ${ajv.errorsText(validate.errors)}: ${brief(body)}`);
  }
}

/** What several operations answer stands among the components. */
function documentedAnswer(
  template: string,
  method: string,
  status: string,
): { steps: string[]; response: Response | undefined } {
  const answer = document.paths[template]?.[method]?.responses[status];
  if (!answer || !('$ref' in answer)) {
    return { steps: ['paths', template, method, 'responses', status], response: answer };
  }
  const steps = answer.$ref.split('/').slice(1);
  return { steps, response: document.components.responses[steps.at(-1) ?? ''] };
}

function validatorOf(steps: readonly string[]): ValidateFunction {
  const pointer = steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
  let validate = validators.get(pointer);
  if (!validate) {
    validate = ajv.compile({ $ref: `posterr#/${encodeURI(pointer)}` });
    validators.set(pointer, validate);
  }
  return validate;
}

function brief(body: unknown): string {
  return JSON.stringify(body).slice(0, 500);
}
