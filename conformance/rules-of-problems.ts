import { codesOf, type Json } from './document.ts';
import { type Exchange, isRefusedByParser, type Rule } from './exchange.ts';

const CONVENTIONS = '6. Conventions';

interface Problem {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly title?: unknown;
  readonly instance?: unknown;
  readonly requestId?: unknown;
  readonly errors?: readonly { readonly pointer?: unknown; readonly detail?: unknown }[];
}

/** What an answer to a stranger never says. */
const INTERNAL =
  /node_modules|\bat .+:\d+:\d+|\.[mc]?[jt]s\b|\/(?:src|dist|home|root|usr|opt|app|tmp|var)\/|\b(?:sqlite|mongo(?:db|ose)?|redis|postgres|fastify|nestjs|argon2|ajv|class-validator)\b|\bFST_|\bE(?:CONN|PIPE|NO)[A-Z]+\b|\b[A-Z]\w+Error\b|SQL logic|duplicate key|\bCannot (?:read|set|GET|POST)\b|\bat Object\b/i;

const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

export const PROBLEM_RULES: readonly Rule[] = [
  {
    section: CONVENTIONS,
    promise:
      'Errors: RFC 9457 application/problem+json {type, title, status, code, detail, instance, requestId, errors?}',
    checked:
      'every answer of 400 and above: media type, schema, status, instance and requestId; pointers are JSON pointers',
    judge: shapeFault,
  },
  {
    section: CONVENTIONS,
    promise: 'code comes from one closed catalogue, documented on every operation',
    checked: 'the code of every problem, against the catalogue and the operation',
    judge: ({ answer, operation, document, siblings }) => {
      const problem = problemIn(answer.status, answer.json);
      if (!problem) return undefined;
      const code = String(problem.code);
      if (!document.codes.has(code)) return `the code ${code} is in no catalogue`;
      if (operation && !codesOf(operation, answer.status).includes(code)) {
        return `${answer.status} ${code} is not documented for ${operation.method} ${operation.path}`;
      }
      return answer.status === 405 && (siblings.length === 0 || code !== 'method-not-allowed')
        ? `405 ${code}`
        : '';
    },
  },
  {
    section: CONVENTIONS,
    promise: 'Nothing internal ever leaks: no stack, driver text or path',
    checked: 'title, detail and errors of every problem',
    judge: ({ answer, sent }) => {
      const problem = problemIn(answer.status, answer.json);
      if (!problem) return undefined;
      const said = [problem.title, problem.detail, ...(problem.errors ?? []).map(({ detail }) => detail)];
      const found = said.map((text) => INTERNAL.exec(String(text))?.[0]).find((word) => word !== undefined);
      // What the client said itself may be said back.
      const asked = `${decoded(sent.target)} ${sent.body?.toString() ?? ''} ${JSON.stringify(sent.headers)}`;
      return found === undefined || asked.includes(found) ? '' : `says ${found}`;
    },
  },
  {
    section: CONVENTIONS,
    promise: '429 carries Retry-After, 401 WWW-Authenticate, 405 Allow',
    checked: 'the headers; Allow names the methods of the document',
    judge: headerFault,
  },
];

/** The problem that an answer should be; undefined where it should be none, or has no body. */
function problemIn(status: number, json: unknown): Problem | undefined {
  return status >= 400 && typeof json === 'object' && json !== null ? json : undefined;
}

function shapeFault(exchange: Exchange): string | undefined {
  const { sent, answer, document } = exchange;
  if (answer.status < 400 || sent.method === 'HEAD') return undefined;
  const type = answer.headers.get('content-type') ?? '';
  if (!/^application\/problem\+json(?:;|$)/.test(type))
    return `${answer.status} is ${type || 'without a type'}`;
  const fault = document.problemFault(answer.json);
  if (fault !== undefined) return fault;
  const problem = answer.json as Problem & Json;
  if (problem.status !== answer.status)
    return `status ${String(problem.status)} in the body of a ${answer.status}`;
  if (problem.requestId !== answer.headers.get('x-request-id')) return 'requestId is not X-Request-Id';
  const path = sent.target.split('?', 1)[0] ?? '';
  const isInstance = decoded(String(problem.instance)).endsWith(decoded(path)) || isRefusedByParser(exchange);
  if (!isInstance) return `instance is ${String(problem.instance)}`;
  if ((problem.errors !== undefined) !== (problem.code === 'validation-failed'))
    return 'errors belong to validation-failed alone';
  const wrong = problem.errors?.find(({ pointer }) => !POINTER.test(String(pointer)));
  return wrong ? `${String(wrong.pointer)} is no JSON pointer` : '';
}

function headerFault({ answer: { status, headers }, siblings }: Exchange): string | undefined {
  if (status === 429 || status === 503)
    return Number(headers.get('retry-after')) > 0 ? '' : `${status} without Retry-After`;
  if (status === 401)
    return /^Bearer\b/.test(headers.get('www-authenticate') ?? '') ? '' : '401 without WWW-Authenticate';
  if (status !== 405) return undefined;
  const allowed = new Set(headers.get('allow')?.split(/ *, */));
  const missing = siblings.find(({ method }) => !allowed.has(method));
  return allowed.size === 0 || missing ? `405 with Allow: ${headers.get('allow') ?? ''}` : '';
}

/** Byte by byte: what is no UTF-8 is no fault here, and a percent sign alone stands for itself. */
function decoded(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
