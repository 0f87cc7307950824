import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { Changes } from '../shared/changes.js';
import { etagOf } from './caching.js';

interface KeptAnswer {
  /** Of the data, before the answer was made. */
  readonly version: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set when the answer may be kept: the version of the data before it is made. */
    keptVersion: number | undefined;
  }
}

const MOST_BYTES = 16 * 1_024 * 1_024;
const LONGEST_URL = 300;
/** The route whose answer changes while nothing is written. */
const CHANGES_WITH_TIME = '/v1/me/quota';

/**
 * Keeps answers by reader and URL, and gives them again while nothing at all is written: what a reader gets never
 * differs, only its cost. Register it after all that counts and refuses requests, and before the caching, which makes 304 of
 * what was kept: then a client that only ever revalidates costs the database nothing either.
 */
export function registerAnswerCache(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const changes = app.get(Changes, { strict: false });
  const answers = new LRUCache<string, KeptAnswer>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body }, key) => body.length + key.length + 500,
  });
  fastify.decorateRequest('keptVersion', undefined);

  fastify.addHook('preParsing', (request, reply, payload, done) => {
    const isKept =
      (request.method === 'GET' || request.method === 'HEAD') &&
      request.url.length <= LONGEST_URL &&
      request.url.startsWith('/v1/') &&
      request.routeOptions.url !== CHANGES_WITH_TIME;
    if (!isKept) {
      done(null, payload);
      return;
    }
    const version = changes.version();
    const kept = answers.get(keyOf(request));
    if (kept?.version === version) {
      reply.headers(kept.headers).send(kept.body);
      return;
    }
    request.keptVersion = version;
    done(null, payload);
  });

  fastify.addHook('onSend', (request, reply, payload: unknown, done) => {
    const version = request.keptVersion;
    if (version === undefined || reply.statusCode !== 200 || typeof payload !== 'string') {
      done(null, payload);
      return;
    }
    const etag = etagOf(payload);
    reply.header('ETag', etag);
    const link = reply.getHeader('Link');
    const headers = {
      'Content-Type': String(reply.getHeader('Content-Type')),
      ETag: etag,
      ...(link !== undefined && { Link: String(link) }),
    };
    answers.set(keyOf(request), { version, headers, body: Buffer.from(payload) });
    done(null, payload);
  });
}

function keyOf({ actor, url }: FastifyRequest): string {
  return `${actor?.id ?? ''} ${url}`;
}
