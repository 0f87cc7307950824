import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import findMyWay from 'find-my-way';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Knows the methods of every path, so that a wrong one is told apart from a wrong path. */
@Injectable()
export class AllowedMethods {
  private readonly paths = findMyWay({ maxParamLength: 1_000 });

  /** Must be called before the routes are made. */
  watch(app: NestFastifyApplication): void {
    const fastify = app.getHttpAdapter().getInstance();
    fastify.addHook('onRoute', ({ method, url }) => {
      if (url.includes('*')) return;
      for (const known of METHODS) {
        if (![method].flat().includes(known) || this.paths.hasRoute(known, url)) continue;
        this.paths.on(known, url, () => undefined);
      }
    });
    fastify.addHook('onSend', (request, reply, payload, done) => {
      if (request.method === 'OPTIONS') reply.header('Allow', this.at(request).join(', '));
      done(null, payload);
    });
  }

  /** Those of the path of a request; none when there is no such path. */
  at({ url }: FastifyRequest): string[] {
    const path = url.split('?', 1)[0] ?? '';
    const allowed: string[] = METHODS.filter((method) => this.paths.find(method, path) !== null);
    return allowed.length > 0 ? [...allowed, 'OPTIONS'] : [];
  }
}
