import { createHash } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

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
      if (!isRead || reply.statusCode !== 200) {
        if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store');
        done(null, payload);
        return;
      }
      if (!reply.hasHeader('Cache-Control')) {
        reply.header('Cache-Control', request.actor ? 'private, no-cache' : 'public, max-age=5');
      }
      if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) {
        done(null, payload);
        return;
      }
      const kept = reply.getHeader('ETag');
      const etag = typeof kept === 'string' ? kept : etagOf(payload);
      reply.header('ETag', etag);
      if (!matches(request, etag)) {
        done(null, payload);
        return;
      }
      reply.status(304).removeHeader('Content-Type').removeHeader('Content-Length');
      done(null, null);
    });
}

function etagOf(payload: string | Buffer): string {
  return `"${createHash('sha1').update(payload).digest('base64url')}"`;
}

function addVary(reply: FastifyReply, field: string): void {
  const present = reply.getHeader('Vary');
  reply.header('Vary', present === undefined ? field : `${String(present)}, ${field}`);
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2). */
function matches({ headers }: FastifyRequest, etag: string): boolean {
  const asked = headers['if-none-match'];
  if (asked === undefined) return false;
  return asked.split(',').some((candidate) => {
    const tag = candidate.trim();
    return tag === '*' || tag.replace(/^W\//, '') === etag;
  });
}
