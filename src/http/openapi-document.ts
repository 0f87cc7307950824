import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { describeAnswers } from './openapi-answers.js';
import { documentToTry } from './openapi-to-try.js';
import { describeValues } from './openapi-values.js';
import { Problem } from './problem.dto.js';

const INTRODUCTION = `
Posterr is an open microblog backend: people publish short posts, repost, quote and reply, follow each other, and read
timelines.

**Authentication.** Register or log in, and send the access token as \`Authorization: Bearer <token>\`. Most reads need
none; with a token they also say how you stand to what you read (\`viewer\`).

**Paging.** Lists answer \`{"items", "page": {"next"?, "prev", "hasMore"}}\`. Send \`page.next\` back as \`cursor\` to go on,
and \`page.prev\` to get what is newer: poll with it. New items never shift pages. The \`Link\` header says the same.

**Errors** are problem details (RFC 9457). Programs decide by \`code\`, which comes from one closed list.

**Idempotency.** Every POST that publishes takes an \`Idempotency-Key\`, so that it can be sent again safely.

**Limits.** \`RateLimit-Policy\` and \`RateLimit\` tell of the requests left, and on publishing routes of the posts left today;
a 429 says in \`Retry-After\` when to come back.

**Caching.** Every GET has an \`ETag\`; send it as \`If-None-Match\` to get 304 while nothing has changed.
`;

/** The OpenAPI document of the application, made from its controllers. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Posterr')
    .setDescription(INTRODUCTION.trim())
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The server that this document comes from')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' });
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, method) => method,
    extraModels: [Problem],
  });
  describeAnswers(document);
  describeValues(document);
  return document;
}

const TAGS = [
  ['accounts', 'Who you are'],
  ['users', 'Profiles'],
  ['follows', 'Who follows whom'],
  ['posts', 'Posts, reposts, quotes and replies'],
  ['timelines', 'Lists of posts'],
  ['notifications', 'What others did that concerns you'],
  ['search', 'Posts and users by words'],
  ['admin', 'Moderation'],
  ['operations', 'For those who run Posterr'],
] as const;

/** Serves the document at /openapi.json, and Swagger UI at /docs with all that it needs. */
export function serveDocument(app: INestApplication): void {
  const document = buildDocument(app);
  SwaggerModule.setup('docs', app, document, { ui: false, raw: ['json'], jsonDocumentUrl: 'openapi.json' });
  SwaggerModule.setup('docs', app, documentToTry(document), {
    raw: false,
    customSiteTitle: 'Posterr API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
}
