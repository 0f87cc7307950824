import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { DomainError, ValidationFailed } from '../shared/errors.js';
import { AllowedMethods } from './allowed-methods.js';
import { CHALLENGE } from './current-user.js';
import type { Problem } from './problem.dto.js';
import { codeOfStatus, problemCode, type ProblemCode, PROBLEMS } from './problems.js';

/** What is known of a failure: enough to answer it. */
interface Failure {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly retryAfter?: number | undefined;
  readonly errors?: Problem['errors'];
}

const UNEXPECTED = 'An unexpected error. It was written down under the request id.';
const DETAILS: Partial<Record<ProblemCode, string>> = {
  'malformed-request': 'The body or the URL is malformed: the body must be one JSON document in UTF-8.',
  'not-found': 'There is no such route. GET /openapi.json lists them.',
  'payload-too-large': 'The body may have 64 KiB at most.',
  'unsupported-media-type': 'Send the body as plain JSON in UTF-8, with "Content-Type: application/json".',
  'internal-error': UNEXPECTED,
};

/** Answers everything that is thrown, wherever that is, as problem details (RFC 9457). */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly allowed: AllowedMethods,
    private readonly log: PinoLogger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const methods =
      error instanceof HttpException && error.getStatus() === 404 ? this.allowed.at(request) : [];
    const isWrongMethod = methods.length > 0 && !methods.includes(request.method);
    if (isWrongMethod) reply.header('Allow', methods.join(', '));
    const failure = isWrongMethod ? methodNotAllowed(methods) : failureOf(error);
    if (failure.code === 'internal-error') this.log.error({ err: error }, 'A request failed unexpectedly.');
    if (failure.retryAfter !== undefined) reply.header('Retry-After', Math.max(failure.retryAfter, 1));
    const problem = problemOf(failure, request);
    // A 401 says how to authenticate (RFC 9110, 15.5.2), also where a login or a refresh token was refused.
    if (problem.status === 401 && !reply.hasHeader('WWW-Authenticate')) {
      reply.header('WWW-Authenticate', CHALLENGE);
    }
    reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

export function problemOf(
  { code, detail, errors }: Failure,
  { originalUrl, id }: Pick<FastifyRequest, 'originalUrl' | 'id'>,
): Problem {
  return {
    type: `urn:posterr:problem:${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    code,
    detail,
    instance: pathOf(originalUrl),
    requestId: id,
    ...(errors && { errors }),
  };
}

export function failureOf(error: unknown): Failure {
  if (error instanceof DomainError) {
    const code = problemCode(error.code);
    if (code === 'internal-error') return { code, detail: UNEXPECTED };
    const errors = error instanceof ValidationFailed ? [...error.faults] : undefined;
    return { code, detail: error.message, retryAfter: error.retryAfter, errors };
  }
  const status = statusOf(error);
  const code = codeOfStatus(status);
  const detail = DETAILS[code] ?? PROBLEMS[code].title;
  return { code, detail, ...(code === 'service-unavailable' && { retryAfter: 1 }) };
}

function methodNotAllowed(methods: readonly string[]): Failure {
  return { code: 'method-not-allowed', detail: `Only ${methods.join(', ')} are allowed here.` };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 600 ? status : 500;
}

/** What of the URL may be said back: its path, as a URI reference (RFC 3986). */
function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(/[^!-~]|["<>\\^`{|}]|%(?![\da-f]{2})/gi, (character) =>
    encodeURIComponent(character),
  );
}
