import { createHash } from 'node:crypto';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { ValidationFailed } from '../../shared/errors.js';
import { type IdempotencyKey, IdempotencyKeyInUse, IdempotencyStore } from '../../shared/idempotency.js';
import type { Id } from '../../shared/ids.js';
import { IdempotencyKeyReused, InvalidIdempotencyKey } from '../http-errors.js';
import { AnswerRebuilder } from './answer-rebuilder.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set when the operation is idempotent and the client sent a key. */
    idempotencyKey?: IdempotencyKey;
  }
}

/** Digests of the requests with a key that this process is answering. */
@Injectable()
export class RequestsInFlight extends Set<string> {}

const VISIBLE_ASCII = /^[!-~]{1,255}$/;
const MAX_DEPTH = 32;

/** Answers a request that is sent again as it was answered first. Only successes are kept. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor<object, object | string> {
  private readonly logger = new Logger(IdempotencyInterceptor.name);

  constructor(
    private readonly store: IdempotencyStore,
    private readonly answers: AnswerRebuilder,
    private readonly inFlight: RequestsInFlight,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<object>): Observable<object | string> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const header = request.headers['idempotency-key'];
    if (header === undefined || !request.actor) return next.handle();
    const key = keyOf(request, request.actor.id, header);
    request.idempotencyKey = key;
    return from(this.once(key, request.actor.id, reply, next));
  }

  private async once(
    key: IdempotencyKey,
    userId: Id,
    reply: FastifyReply,
    next: CallHandler<object>,
  ): Promise<string> {
    if (this.inFlight.has(key.digest)) throw new IdempotencyKeyInUse();
    this.inFlight.add(key.digest);
    try {
      const kept = await this.store.find(key.digest);
      if (kept && kept.fingerprint !== key.fingerprint) throw new IdempotencyKeyReused();
      const body = kept
        ? (kept.body ?? (await this.keep(key, await this.answers.rebuild(kept.postId, userId))))
        : await this.keep(key, await lastValueFrom(next.handle()));
      reply.header('Content-Type', 'application/json; charset=utf-8');
      if (kept) {
        reply.status(201);
        reply.headers({ Location: `/v1/posts/${kept.postId}`, 'Idempotency-Replayed': 'true' });
      }
      return body;
    } finally {
      this.inFlight.delete(key.digest);
    }
  }

  /** The answer as it goes out and as it is kept: the same bytes. */
  private async keep(key: IdempotencyKey, answer: object): Promise<string> {
    const body = JSON.stringify(answer);
    try {
      await this.store.keepBody(key.digest, body);
    } catch (error) {
      // The post is published, and the answer can be made again.
      this.logger.warn({ err: error }, 'The answer under an idempotency key could not be kept.');
    }
    return body;
  }
}

function keyOf(request: FastifyRequest, userId: Id, header: unknown): IdempotencyKey {
  // A header that is sent twice arrives joined by ", ", and a space is not visible.
  if (typeof header !== 'string' || !VISIBLE_ASCII.test(header)) throw new InvalidIdempotencyKey();
  const path = request.url.split('?', 1)[0];
  return {
    digest: sha256(JSON.stringify([userId, request.method, path, header])),
    fingerprint: sha256(JSON.stringify(ordered(request.body)) ?? ''),
  };
}

/** A copy of a JSON value whose equals are written equally, whatever the order of their keys. */
function ordered(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // Nothing that is published nests: what does is refused before it exhausts the stack.
  if (depth === MAX_DEPTH)
    throw new ValidationFailed([
      { pointer: '', code: 'too-deep', detail: `The body nests more than ${MAX_DEPTH} deep.` },
    ]);
  if (Array.isArray(value)) return value.map((part) => ordered(part, depth + 1));
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, ordered(part, depth + 1)]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
