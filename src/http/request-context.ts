import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What every log line of a request carries. */
interface RequestContext {
  readonly requestId: string;
  readonly traceId?: string;
}

const context = new AsyncLocalStorage<RequestContext>();
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** W3C Trace Context: version, trace id, parent id, flags. */
const TRACE_PARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;

export function currentRequest(): RequestContext | undefined {
  return context.getStore();
}

/** The client's `X-Request-Id` where it is a plain word, else one of our own. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Answers the request id, and binds it and the trace to all that is logged for the request. */
export function registerRequestContext(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      reply.header('X-Request-Id', request.id);
      const parent = request.headers['traceparent'];
      const traceId = typeof parent === 'string' ? TRACE_PARENT.exec(parent)?.[1] : undefined;
      context.run({ requestId: request.id, ...(traceId && { traceId }) }, done);
    });
}

interface RequestEnd {
  /** Whether the whole answer was handed over; else the connection was lost before. */
  readonly isAnswered: boolean;
  readonly durationMs: number;
}

type Tell = (request: FastifyRequest, reply: FastifyReply, end: RequestEnd) => void;
const told = new WeakMap<object, Tell[]>();

/**
 * Calls `tell` once for each request. Fastify's onResponse is silent when a client does not wait for the answer, and
 * such requests may well have written. Register it after the context, and before the hooks that answer.
 */
export function onRequestEnd(app: NestFastifyApplication, tell: Tell): void {
  const fastify = app.getHttpAdapter().getInstance();
  const others = told.get(fastify);
  if (others) {
    others.push(tell);
    return;
  }
  const all = [tell];
  told.set(fastify, all);
  fastify.addHook('onRequest', (request, reply, done) => {
    const begun = performance.now();
    const own = context.getStore();
    const tellAll = (): void => {
      const end = { isAnswered: reply.raw.writableFinished, durationMs: performance.now() - begun };
      for (const one of all) one(request, reply, end);
    };
    reply.raw.once('close', () => {
      // A lost connection closes outside of the context of the request.
      if (own) context.run(own, tellAll);
      else tellAll();
    });
    done();
  });
}
