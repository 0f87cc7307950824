import './node-version.js';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { buildDocument } from './http/openapi-document.js';

// `node dist/openapi.js FILE` writes the document. Nothing is started, and no database is touched.
const config = readConfig({ DATABASE_URL: 'sqlite::memory:' });
const app = await NestFactory.create(await AppModule.for(config), new FastifyAdapter(), {
  preview: true,
  logger: false,
});
const file = process.argv[2] ?? 'openapi.json';
writeFileSync(file, `${JSON.stringify(buildDocument(app), null, 2)}\n`);
