import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;

interface Response {
  content?: Record<string, { schema: Json }>;
}

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
  components: { schemas: Record<string, Json> };
}

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
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
  const response = operation.responses[String(status)];
  if (!response) throw new Error(`${where} is not documented: ${brief(body)}`);
  const type = headers.get('content-type')?.split(';', 1)[0] ?? '';
  const documented = response.content?.[type];
  if (!documented) {
    if (body === '') return;
    throw new Error(`${where} is not documented as ${type}: ${brief(body)}`);
  }
  const validate = validatorOf(template, method.toLowerCase(), status, type);
  if (!validate(body)) {
    throw new Error(`${where} is not as documented: ${ajv.errorsText(validate.errors)}: ${brief(body)}`);
  }
}

function validatorOf(template: string, method: string, status: number, type: string): ValidateFunction {
  const steps = ['paths', template, method, 'responses', String(status), 'content', type, 'schema'];
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
