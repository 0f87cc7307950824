import { RouteConfig } from '@nestjs/platform-fastify';
import type { UsedQuota } from './daily-quota.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route publishes posts: its answers tell of the daily quota. */
    publishes?: boolean;
  }
  interface FastifyRequest {
    /** Set by an operation that published. */
    usedQuota: UsedQuota | undefined;
  }
}

/** The operation publishes a post: each of its answers carries the state of the policy `"posts"`. */
export const Publishes = (): MethodDecorator => RouteConfig({ publishes: true });
