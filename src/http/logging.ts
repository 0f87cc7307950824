import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Injectable } from '@nestjs/common';
import { Logger, LoggerModule, PinoLogger } from 'nestjs-pino';
import { Config } from '../config.js';
import { currentRequest, onRequestEnd } from './request-context.js';

/** Names under which secrets may appear in what is logged. */
const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'passwordHash',
  'accessToken',
  'refreshToken',
  'token',
];

/** JSON lines, or readable ones in a terminal; every line made for a request names it. */
export const LoggingModule = LoggerModule.forRootAsync({
  inject: [Config],
  useFactory: ({ logLevel }: Config) => ({
    pinoHttp: {
      level: logLevel,
      autoLogging: false,
      mixin: () => ({ ...currentRequest() }),
      redact: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      ...(process.stdout.isTTY && { transport: { target: 'pino-pretty', options: { singleLine: true } } }),
    },
    forRoutes: [],
  }),
});

/** What Nest tells of its own start: a line for each module and route. */
const START = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest's logger, with its start at the level of debugging. */
@Injectable()
export class QuietLogger extends Logger {
  override log(message: unknown, ...more: unknown[]): void {
    if (START.has(String(more.at(-1)))) super.debug(message, ...more);
    else super.log(message, ...more);
  }
}

const QUIET = /^\/(?:health\/|metrics)/;

/**
 * One line for each request, also for those that are refused before they reach a handler, or whose client did not wait
 * for the answer. Register it after the request's context.
 */
export function registerRequestLog(app: NestFastifyApplication): void {
  const log = PinoLogger.root;
  onRequestEnd(app, (request, reply, { isAnswered, durationMs }) => {
    const line = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      ...(isAnswered ? { status: reply.statusCode } : { aborted: true }),
      durationMs: Math.round(durationMs * 1_000) / 1_000,
      ...(request.actor && { userId: request.actor.id }),
    };
    if (isAnswered && reply.statusCode >= 500) log.error(line, 'request failed');
    else if (QUIET.test(request.url)) log.debug(line, 'request');
    else log.info(line, 'request');
  });
}
