import cors from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config.js';

const NOTHING = "default-src 'none'; frame-ancestors 'none'";
/** What Swagger UI needs, all of it from here. */
const PAGES = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
/** The web app has no inline style either, and no script of it can make markup of text (Trusted Types). */
const WEB_APP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const EXPOSED = [
  'Link',
  'ETag',
  'Location',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-Request-Id',
  'Idempotency-Replayed',
];
const PREFLIGHT_SECONDS = 600;

/** What browsers are told, on every answer. Pages of other origins may read, but never with credentials of ours. */
export async function registerSafetyHeaders(
  app: NestFastifyApplication,
  { corsOrigins, publicUrl }: Config,
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const overTls = publicUrl.startsWith('https:');
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers({
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Content-Security-Policy': policyFor(request.url),
      ...(overTls && { 'Strict-Transport-Security': 'max-age=31536000' }),
    });
    done();
  });
  // The plugin has a route of its own, which would take the handler of errors from before Nest sets its own.
  fastify.addHook('onRoute', (route) => {
    if (route.url !== '*') return;
    route.errorHandler = (error, request, reply) => fastify.errorHandler(error, request, reply);
  });
  // Not by Nest, which sets all these headers a second time, for middleware that answers by itself: there is none.
  await fastify.register(cors, {
    origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
    // `AllowedMethods` answers it, with all the headers that other answers have.
    preflightContinue: true,
  });
}

function policyFor(url: string): string {
  const folder = /^\/(docs|app)(?:[/?]|$)/.exec(url)?.[1];
  if (folder === undefined) return NOTHING;
  return folder === 'docs' ? PAGES : WEB_APP;
}
