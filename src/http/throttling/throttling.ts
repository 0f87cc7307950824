import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { normalizeIp, ThrottlerStorage } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../config.js';
import { Clock, DAY, MINUTE, SECOND } from '../../shared/clock.js';
import { RateLimited } from '../http-errors.js';
import { DailyQuota } from './daily-quota.js';

/** What machines and people need to watch and understand the service is not limited. */
const NOT_LIMITED = /^\/(?:(?:health|docs|app)(?:[/?]|$)|(?:openapi\.json|metrics)(?:\?|$)|\.well-known\/)/;

/**
 * Counts every request, unknown routes and refused ones too, and tells of the limits in `RateLimit-Policy` and
 * `RateLimit` (draft-ietf-httpapi-ratelimit-headers). Register it after the authentication.
 */
export function registerThrottling(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const { rateLimitPerMinute: perMinute, postsPerDay } = app.get(Config, { strict: false });
  const storage = app.get<ThrottlerStorage>(ThrottlerStorage, { strict: false });
  const clock = app.get(Clock, { strict: false });
  const quota = app.get(DailyQuota, { strict: false });
  const logger = new Logger('Throttling');

  if (perMinute > 0) {
    fastify.addHook('onRequest', async (request, reply) => {
      if (NOT_LIMITED.test(request.url) || isPreflight(request)) return;
      const hit = await storage.increment(trackerOf(request), MINUTE, perMinute, MINUTE, 'default');
      const left = Math.max(perMinute - hit.totalHits, 0);
      reply.header('RateLimit-Policy', `"default";q=${perMinute};w=${MINUTE / SECOND}`);
      reply.header('RateLimit', `"default";r=${left};t=${hit.timeToExpire}`);
      if (hit.isBlocked) throw new RateLimited(hit.timeToBlockExpire);
    });
  }

  fastify.decorateRequest('usedQuota', undefined);
  if (postsPerDay > 0) {
    fastify.addHook('onSend', async (request, reply) => {
      if (!request.routeOptions.config.publishes) return;
      const add = (name: string, value: string): void => {
        const others = reply.getHeader(name);
        reply.header(name, others === undefined ? value : `${String(others)}, ${value}`);
      };
      add('RateLimit-Policy', `"posts";q=${postsPerDay};w=${DAY / SECOND}`);
      if (!request.actor) return;
      try {
        const { limit, used, resetsAt } = await quota.of(request.actor.id, request.usedQuota);
        const seconds = Math.ceil((resetsAt - clock.now()) / SECOND);
        add('RateLimit', `"posts";r=${Math.max(limit - used, 0)};t=${seconds}`);
      } catch (error) {
        // What was done stays done: the answer goes out without the state of the quota.
        logger.warn({ err: error }, 'The daily quota could not be told.');
      }
    });
  }
}

/** Browsers ask so by themselves, without credentials: everybody behind one address would share its limit. */
function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Users count by themselves wherever they are, everybody else by address (of IPv6, by network). */
export function trackerOf(request: FastifyRequest): string {
  return request.actor ? `user:${request.actor.id}` : `address:${normalizeIp(request.ip)}`;
}
