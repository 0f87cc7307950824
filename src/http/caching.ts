import { createHash } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

const FOR_EVERYBODY = 'public, max-age=5';
const FOR_ONE_USER = 'private, no-cache';
/** What caches between may do beyond that (RFC 9213, 5861): docs/decisions/14-shared-caches.md has the reasons. */
const FOR_SHARED_CACHES = 'max-age=5, stale-while-revalidate=5, stale-if-error=300';
/** An entity tag (RFC 9110, 8.8.3), without the mark of a weak one. */
const ENTITY_TAG = /"[\x21\x23-\x7e\x80-\xff]*"/g;

/**
 * HTTP caching (RFC 9110, 9111): every successful GET has a strong ETag and is revalidated by it; anonymous answers
 * may be shared for five seconds, those for a user never; what depends on who asks says so.
 */
export function registerCaching(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (request, reply, payload: unknown, done) => {
      addVary(reply, 'Authorization');
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      // What is streamed has no ETag, and no end that a cache could wait for.
      const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
      if (!isRead || reply.statusCode !== 200 || !isWhole) {
        if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store');
        done(null, payload);
        return;
      }
      tellCaches(request, reply);
      const known = reply.getHeader('ETag');
      const etag = typeof known === 'string' ? known : etagOf(payload);
      reply.header('ETag', etag);
      if (!matches(request, etag)) {
        done(null, payload);
        return;
      }
      reply.status(304);
      // They describe the body, which the client has with them (RFC 9110, 15.4.5).
      for (const name of ['Content-Type', 'Content-Length', 'Link']) reply.removeHeader(name);
      // For HEAD, Fastify takes the body away itself, and fails where there is none.
      done(null, request.method === 'HEAD' ? payload : null);
    });
}

/** Strong: equal for equal bytes, whichever process makes them. */
export function etagOf(payload: string | Buffer): string {
  return `"${createHash('sha1').update(payload).digest('base64url')}"`;
}

function tellCaches({ actor }: FastifyRequest, reply: FastifyReply): void {
  const own = reply.getHeader('Cache-Control');
  if (own === 'no-store') return;
  if (actor) {
    reply.header('Cache-Control', FOR_ONE_USER);
  } else if (own === undefined) {
    reply.header('Cache-Control', FOR_EVERYBODY);
    if (!reply.hasHeader('CDN-Cache-Control')) reply.header('CDN-Cache-Control', FOR_SHARED_CACHES);
  }
}

function addVary(reply: FastifyReply, field: string): void {
  const present = reply.getHeader('Vary');
  if (present === undefined) reply.header('Vary', field);
  // An answer that failed while it was sent comes by again.
  else if (!String(present).includes(field)) reply.header('Vary', `${String(present)}, ${field}`);
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2). */
function matches({ headers }: FastifyRequest, etag: string): boolean {
  const asked = headers['if-none-match'];
  if (asked === undefined) return false;
  return asked.trim() === '*' || (asked.match(ENTITY_TAG)?.includes(etag) ?? false);
}
