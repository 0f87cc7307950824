import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { sendDocumentationFilesWhole } from './documentation-files.js';
import { describeAnswers } from './openapi-answers.js';
import { describeExamples } from './openapi-examples.js';
import { GUIDE, TAGS } from './openapi-guide.js';
import { describeLinks } from './openapi-links.js';
import { documentToTry } from './openapi-to-try.js';
import { describeValues } from './openapi-values.js';
import { Problem } from './problem.dto.js';

/** The OpenAPI document of the application, made from its controllers. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Posterr')
    .setDescription(GUIDE)
    .setVersion('1.0.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The server that this document comes from')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'An access token: a JWT (RFC 9068), verified as RFC8725 asks: one algorithm, issuer, audience and type.',
    });
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, method) => method,
    extraModels: [Problem],
  });
  document.info.contact = { name: 'Whoever runs this server' };
  describeAnswers(document);
  describeLinks(document);
  describeExamples(document);
  describeValues(document);
  return document;
}

/** Serves the document at /openapi.json, and Swagger UI at /docs with all that it needs. */
export function serveDocument(app: INestApplication): void {
  sendDocumentationFilesWhole(app);
  const document = buildDocument(app);
  SwaggerModule.setup('docs', app, document, { ui: false, raw: ['json'], jsonDocumentUrl: 'openapi.json' });
  SwaggerModule.setup('docs', app, documentToTry(document), {
    raw: false,
    customSiteTitle: 'Posterr API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
}
