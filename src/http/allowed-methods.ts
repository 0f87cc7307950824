import { maxHeaderSize } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Injectable, NotFoundException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import findMyWay from 'find-my-way';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Knows the methods of every path, so that a wrong one is told apart from a wrong path, and answers OPTIONS. */
@Injectable()
export class AllowedMethods {
  private readonly paths = findMyWay({ maxParamLength: maxHeaderSize });

  /** Must be called before the routes are made. */
  watch(app: NestFastifyApplication): void {
    const fastify = app.getHttpAdapter().getInstance();
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const known of METHODS) {
        if (![method].flat().includes(known) || this.paths.hasRoute(known, url)) continue;
        this.paths.on(known, url, () => undefined);
      }
    });
    fastify.addHook('preHandler', (request, reply, done) => {
      if (request.method !== 'OPTIONS') {
        done();
        return;
      }
      const allowed = this.at(request);
      if (allowed.length === 0) done(new NotFoundException());
      else void reply.status(204).header('Allow', allowed.join(', ')).send();
    });
  }

  /** Those of the path of a request; none when there is no such path. */
  at({ url, originalUrl }: FastifyRequest): string[] {
    const path = url.split('?', 1)[0] ?? '';
    if (originalUrl === '*') return [...METHODS, 'OPTIONS'];
    const allowed: string[] = METHODS.filter((method) => this.has(method, path));
    return allowed.length > 0 ? [...allowed, 'OPTIONS'] : [];
  }

  private has(method: (typeof METHODS)[number], path: string): boolean {
    const route = this.paths.find(method, path);
    // As Nest has it, an empty parameter is none: /v1/users/ is no path.
    return route !== null && !Object.values(route.params).includes('');
  }
}
