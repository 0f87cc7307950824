import { isUtf8 } from 'node:buffer';
import { type IncomingMessage, maxHeaderSize } from 'node:http';
import { BadRequestException, type DynamicModule, UnsupportedMediaTypeException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { SECOND } from '../shared/clock.js';
import { AllowedMethods } from './allowed-methods.js';
import { registerAnswerCache } from './answer-cache.js';
import { registerCaching } from './caching.js';
import { registerAuthentication } from './current-user.js';
import { Metrics } from './health/metrics.controller.js';
import { QuietLogger, registerRequestLog } from './logging.js';
import { answerConnectionFault, decodableUrl, registerRequestCheck } from './malformed-requests.js';
import { registerPageLinks } from './pagination/pages.js';
import { registerRequestContext, requestIdOf } from './request-context.js';
import { registerSafetyHeaders } from './safety-headers.js';
import { serveDocument } from './openapi-document.js';
import { registerThrottling } from './throttling/throttling.js';
import { serveWebApp } from './web-app.js';

const BODY_LIMIT = 64 * 1_024;
/** No parameter of a path is cut off: Node takes no more bytes than that of a request line and its headers. */
const LONGEST_PARAMETER = maxHeaderSize;
/** For a request to arrive. */
const REQUEST_TIMEOUT = 20 * SECOND;
/** How often Node looks for requests that take longer than that. */
const REQUEST_CHECK_INTERVAL = 5 * SECOND;
/**
 * Without a byte in either direction: who does not read an answer must not hold up a stop forever. More than the two
 * above together, so that who sends half a request is told before the connection ends.
 */
const STALL_TIMEOUT = 30 * SECOND;
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
  ignoreExpectations(app);
  app.get(AllowedMethods, { strict: false }).watch(app);
  registerRequestContext(app);
  registerRequestLog(app);
  app.get(Metrics, { strict: false }).watch(app);
  await registerSafetyHeaders(app, config);
  registerAuthentication(app);
  registerThrottling(app);
  registerRequestCheck(app);
  registerPageLinks(app);
  registerAnswerCache(app);
  registerCaching(app);
  serveDocument(app);
  if (config.webApp) await serveWebApp(app);
  return app;
}

function adapterFor({ trustedProxies }: Config): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    connectionTimeout: STALL_TIMEOUT,
    http: {
      connectionsCheckingInterval: REQUEST_CHECK_INTERVAL,
      // Node exchanges the two where this is the longer one, and its own value is.
      headersTimeout: REQUEST_TIMEOUT,
      // Node's own answer would be no problem document: `registerRequestCheck` refuses requests without a host.
      requireHostHeader: false,
    },
    genReqId: (request: IncomingMessage) => requestIdOf(request),
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    return503OnClosing: false,
    rewriteUrl: decodableUrl,
    clientErrorHandler: answerConnectionFault,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
  });
}

/** Only JSON in UTF-8 is read. A body of no bytes is none: many clients name the type in any case. */
function acceptJsonOnly(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else if (isEncoded(request)) done(new UnsupportedMediaTypeException());
    // A decoder would put other characters in the place of what is no text.
    else if (!isUtf8(body as Buffer)) done(new BadRequestException());
    else void parse(request, body.toString(), done);
  });
}

/** As RFC 9110, 10.1.1 allows; Node would answer 417 by itself, past all that is registered here. */
function ignoreExpectations(app: NestFastifyApplication): void {
  const server = app.getHttpServer();
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/** Whether the body is compressed, or in another character set than UTF-8 (US-ASCII is part of that). */
function isEncoded({ headers }: FastifyRequest): boolean {
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity') return true;
  return /;\s*charset=(?!"?(?:utf-?8|us-ascii)"?\s*(?:;|$))/i.test(headers['content-type'] ?? '');
}
