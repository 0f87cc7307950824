import { Controller, Get, Module, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  ApiOkResponse,
  ApiProperty,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { Authenticated, OptionallyAuthenticated } from '../current-user.js';
import { IdempotencyStore } from '../../shared/idempotency.js';
import { AnswerRebuilder } from '../idempotency/answer-rebuilder.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { Idempotent } from '../idempotency/idempotent.decorator.js';
import { pageOf } from './page-of.js';
import { PageQuery } from './page-query.dto.js';

class ThingView {
  @ApiProperty({ type: String })
  name!: string;
}
class ThingPage extends pageOf(ThingView) {}
class OtherView {
  @ApiProperty({ type: String })
  other!: string;
}
class OtherPage extends pageOf(OtherView) {
  @ApiProperty({ type: Number })
  unreadCount!: number;
}
class ThingsQuery extends PageQuery {
  @ApiProperty({ type: String, required: false })
  view?: string;
}

@Controller()
class ThingsController {
  @Get('things')
  @OptionallyAuthenticated()
  @ApiOkResponse({ type: ThingPage })
  things(@Query() _query: ThingsQuery): Promise<ThingPage> {
    throw new Error('never called');
  }

  @Get('others')
  @Authenticated()
  @ApiOkResponse({ type: OtherPage })
  others(@Query() _query: PageQuery): OtherPage {
    throw new Error('never called');
  }

  @Post('things')
  @Authenticated()
  @Idempotent()
  make(): void {}
}

const ports = [IdempotencyStore, AnswerRebuilder].map((provide) => ({ provide, useValue: {} }));

@Module({ imports: [IdempotencyModule], controllers: [ThingsController], providers: ports })
class DocumentedModule {}

let document: OpenAPIObject;
beforeAll(async () => {
  const app = await NestFactory.create(DocumentedModule, new FastifyAdapter(), {
    logger: false,
    preview: true,
    abortOnError: false,
  });
  document = SwaggerModule.createDocument(app, new DocumentBuilder().addBearerAuth().build());
});

it('documents the parameters of a list, inherited ones too', () => {
  const parameters = document.paths['/things']?.get?.parameters as {
    name: string;
    required: boolean;
    schema: object;
  }[];
  expect(parameters.map(({ name }) => name).sort()).toEqual(['cursor', 'limit', 'since', 'until', 'view']);
  for (const { required } of parameters) expect(required).toBe(false);
  expect(parameters.find(({ name }) => name === 'limit')?.schema).toMatchObject({
    type: 'integer',
    minimum: 1,
    maximum: 100,
  });
});

it('documents each page by its own class', () => {
  const { schemas = {} } = document.components ?? {};
  expect(schemas['ThingPage']).toMatchObject({
    required: ['items', 'page'],
    properties: { items: { type: 'array', items: { $ref: '#/components/schemas/ThingView' } } },
  });
  expect(schemas['OtherPage']).toMatchObject({
    required: ['items', 'page', 'unreadCount'],
    properties: { items: { type: 'array', items: { $ref: '#/components/schemas/OtherView' } } },
  });
  const info = schemas['PageInfo'] as { required: string[]; properties: { prev: { example: string } } };
  expect(info.required).toEqual(['prev', 'hasMore']);
  expect(info.properties.prev.example).toMatch(/^[\w-]{44}$/);
});

it('documents who may call, and the idempotency key', () => {
  const { '/things': things, '/others': others } = document.paths;
  expect(things?.get?.security).toEqual(expect.arrayContaining([{}, { bearer: [] }]));
  expect(others?.get?.security).toEqual([{ bearer: [] }]);
  expect(things?.post?.parameters).toMatchObject([
    { in: 'header', name: 'Idempotency-Key', required: false, schema: { minLength: 1, maxLength: 255 } },
  ]);
});
