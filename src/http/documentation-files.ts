import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type INestApplication, NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What the page at /docs loads, of the package that Nest takes it from. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui-standalone-preset.js': 'text/javascript; charset=utf-8',
  'favicon-16x16.png': 'image/png',
  'favicon-32x32.png': 'image/png',
};
const nestSwagger = createRequire(import.meta.url).resolve('@nestjs/swagger');
const FOLDER = path.dirname(createRequire(nestSwagger).resolve('swagger-ui-dist/package.json'));

/**
 * Sends the files of Swagger UI as whole answers, which are cached and revalidated as all others are. Those of
 * `@fastify/static`, which Nest registers, have weak ETags and conditions of their own. Call it before that.
 */
export function sendDocumentationFilesWhole(app: INestApplication): void {
  (app as NestFastifyApplication)
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      if (route.url === '/docs/*' && [route.method].flat().includes('GET')) route.handler = sendFile;
    });
}

async function sendFile({ params }: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
  const { '*': name = '' } = params as Readonly<Record<string, string>>;
  const type = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (type === undefined) throw new NotFoundException();
  void reply.type(type);
  return readFile(path.join(FOLDER, name));
}
