import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** The same way from `src/http` and from `dist/http`. */
const FILES = fileURLToPath(new URL('../../examples/web', import.meta.url));

/**
 * Serves examples/web at /app, each file by its own route, so that what is no file is answered as everywhere. The names
 * of files tell no versions: browsers keep them, but ask by their ETag whether they are still the ones.
 */
export async function serveWebApp(app: NestFastifyApplication): Promise<void> {
  await app.register(fastifyStatic, {
    root: FILES,
    prefix: '/app',
    redirect: true,
    wildcard: false,
    globIgnore: ['README.md'],
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('Cache-Control', 'no-cache'),
  });
}
