import { RouteConfig } from '@nestjs/platform-fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route publishes posts: its answers tell of the daily quota. */
    publishes?: boolean;
  }
}

/** The operation publishes a post: each of its answers carries the state of the policy `"posts"`. */
export const Publishes = (): MethodDecorator => RouteConfig({ publishes: true });
