import type { IncomingMessage } from 'node:http';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { SECOND } from '../shared/clock.js';
import { AllowedMethods } from './allowed-methods.js';
import { registerAnswerCache } from './answer-cache.js';
import { registerCaching } from './caching.js';
import { registerAuthentication } from './current-user.js';
import { Metrics } from './health/metrics.controller.js';
import { QuietLogger, registerRequestLog } from './logging.js';
import { registerPageLinks } from './pagination/pages.js';
import { failureOf, problemOf } from './problem-filter.js';
import { registerRequestContext, requestIdOf } from './request-context.js';
import { registerSafetyHeaders } from './safety-headers.js';
import { serveDocument } from './openapi-document.js';
import { registerThrottling } from './throttling/throttling.js';

const BODY_LIMIT = 64 * 1_024;
const LONGEST_PARAMETER = 1_000;
const REQUEST_TIMEOUT = 30 * SECOND;
/** Longer than load balancers keep theirs, so that they are the ones to close. */
const KEEP_ALIVE_TIMEOUT = 75 * SECOND;

/** The application behind its HTTP plumbing, ready to listen. */
export async function createServer(module: DynamicModule, config: Config): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(module, adapterFor(config), {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(QuietLogger, { strict: false }));
  acceptJsonOnly(app);
  app.get(AllowedMethods, { strict: false }).watch(app);
  registerRequestContext(app);
  registerSafetyHeaders(app, config);
  registerAuthentication(app);
  registerThrottling(app);
  registerPageLinks(app);
  registerCaching(app);
  registerAnswerCache(app);
  registerRequestLog(app);
  app.get(Metrics, { strict: false }).watch(app);
  serveDocument(app);
  return app;
}

function adapterFor({ trustedProxies }: Config): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: (request: IncomingMessage) => requestIdOf(request),
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // A URL that cannot be decoded meets no hook and no filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(failureOf(error), request);
      void reply
        .status(problem.status)
        .headers({ 'X-Content-Type-Options': 'nosniff', 'X-Request-Id': request.id })
        .type('application/problem+json')
        .send(JSON.stringify(problem));
    },
  });
}

/** Only JSON is read. A body of no bytes is none: many clients name the type in any case. */
function acceptJsonOnly(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body.toString(), done);
  });
}
