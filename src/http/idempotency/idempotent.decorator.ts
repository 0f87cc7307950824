import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/** The operation publishes, and may be sent again under an `Idempotency-Key`. Only for authenticated users. */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Sent again with the same key and body within 24 hours, the request answers what it first answered, with ' +
        '`Idempotency-Replayed: true`, and does nothing. After a refusal the key is free.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
      example: '5f9c1c0e-6d1b-4a8e-9a55-2f0f6f1f6a11',
    }),
  );

/** The key of the request as `PostStore.publish` takes it, if the client sent one. */
export const Idempotency = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<FastifyRequest>().idempotencyKey,
);
