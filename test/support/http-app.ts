import type { AddressInfo } from 'node:net';
import { type ArgumentsHost, Catch, type ExceptionFilter, Global, Module, type Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Config } from '../../src/config.js';
import { type Actor, Authenticator, registerAuthentication } from '../../src/http/current-user.js';
import { InvalidToken, ServiceUnavailable } from '../../src/http/http-errors.js';
import { AnswerRebuilder } from '../../src/http/idempotency/answer-rebuilder.js';
import { IdempotencyModule } from '../../src/http/idempotency/idempotency.module.js';
import { registerPageLinks } from '../../src/http/pagination/pages.js';
import { PaginationModule } from '../../src/http/pagination/pagination.module.js';
import { DailyQuota } from '../../src/http/throttling/daily-quota.js';
import { registerThrottling } from '../../src/http/throttling/throttling.js';
import { ThrottlingModule } from '../../src/http/throttling/throttling.module.js';
import { type Secret, SecretStore } from '../../src/modules/accounts/accounts.public.js';
import { Clock, DAY } from '../../src/shared/clock.js';
import { DomainError } from '../../src/shared/errors.js';
import { IdempotencyStore, type KeptAnswer } from '../../src/shared/idempotency.js';
import type { Id } from '../../src/shared/ids.js';

export const ADA: Id = '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e40';
export const GRACE: Id = '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e41';
const TOKENS: Readonly<Record<string, Actor>> = {
  ada: { id: ADA, roles: [] },
  grace: { id: GRACE, roles: ['admin'] },
};

/** Tokens are names: `ada`, and `grace` who is an admin. With `down` nobody can be judged. */
export class NamesAsTokens extends Authenticator {
  authenticate(token: string): Promise<Actor> {
    if (token === 'down') return Promise.reject(new ServiceUnavailable(1));
    const actor = TOKENS[token];
    return actor ? Promise.resolve(actor) : Promise.reject(new InvalidToken());
  }
}

/** A clock that stands until it is told. */
export class SetClock extends Clock {
  constructor(public time = Date.UTC(2026, 2, 25, 12)) {
    super();
  }

  now(): number {
    return this.time;
  }
}

/** Secrets in memory. */
export class SecretsInMemory extends SecretStore {
  readonly secrets: Secret[] = [];

  list(): Promise<Secret[]> {
    return Promise.resolve([...this.secrets]);
  }

  add(_purpose: string, value: string): Promise<void> {
    if (this.secrets.length === 0) this.secrets.push({ id: ADA, value });
    return Promise.resolve();
  }

  removeOlderThan(): Promise<void> {
    return Promise.resolve();
  }
}

/** Answers kept in memory; the controller of a spec makes the records, as the store of posts does. */
export class AnswersInMemory extends IdempotencyStore {
  readonly records = new Map<string, KeptAnswer>();

  find(digest: string): Promise<KeptAnswer | undefined> {
    return Promise.resolve(this.records.get(digest));
  }

  keepBody(digest: string, body: string): Promise<void> {
    const record = this.records.get(digest);
    if (record) this.records.set(digest, { ...record, body });
    return Promise.resolve();
  }
}

/** Statuses of the codes that the specs of this folder meet. */
const STATUSES: Readonly<Record<string, number>> = {
  'invalid-parameter': 400,
  'invalid-cursor': 400,
  'invalid-idempotency-key': 400,
  'invalid-token': 401,
  forbidden: 403,
  'not-found': 404,
  'idempotency-key-in-use': 409,
  'idempotency-key-reused': 422,
  'validation-failed': 422,
  'quota-exceeded': 429,
  'rate-limited': 429,
  'service-unavailable': 503,
};

@Catch(DomainError)
class Problems implements ExceptionFilter<DomainError> {
  catch(error: DomainError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error.retryAfter !== undefined) reply.header('Retry-After', error.retryAfter);
    reply.status(STATUSES[error.code] ?? 500).type('application/problem+json');
    reply.send(JSON.stringify({ code: error.code, detail: error.message }));
  }
}

export interface HttpApp {
  readonly url: string;
  readonly nest: NestFastifyApplication;
  readonly clock: SetClock;
  readonly kept: AnswersInMemory;
  /** Posts that each user has published on the present day. */
  readonly used: Map<Id, number>;
  /** A GET unless `init` says else; `as` is the token. */
  get(path: string, as?: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** `controllers` behind the plumbing of src/http, on a free port of this machine. */
export async function startHttpApp(
  controllers: Type[],
  limits: { rateLimitPerMinute?: number; postsPerDay?: number } = {},
): Promise<HttpApp> {
  const config = { rateLimitPerMinute: 0, postsPerDay: 0, ...limits };
  const clock = new SetClock();
  const kept = new AnswersInMemory();
  const used = new Map<Id, number>();
  const quota: DailyQuota = {
    of: (userId) =>
      Promise.resolve({
        limit: config.postsPerDay,
        used: used.get(userId) ?? 0,
        resetsAt: (Math.floor(clock.now() / DAY) + 1) * DAY,
      }),
  };
  const providers = [
    { provide: Config, useValue: config },
    { provide: Clock, useValue: clock },
    { provide: SecretStore, useValue: new SecretsInMemory() },
    { provide: IdempotencyStore, useValue: kept },
    { provide: Authenticator, useClass: NamesAsTokens },
    { provide: DailyQuota, useValue: quota },
    {
      provide: AnswerRebuilder,
      useValue: { rebuild: (id: Id, by: Id) => Promise.resolve({ id, rebuiltFor: by }) },
    },
  ];

  @Global()
  @Module({ providers, exports: providers.map(({ provide }) => provide) })
  class PortsModule {}

  @Module({
    imports: [PortsModule, PaginationModule, IdempotencyModule, ThrottlingModule],
    controllers,
    providers: [{ provide: APP_FILTER, useClass: Problems }],
  })
  class SpecModule {}

  const nest = await NestFactory.create<NestFastifyApplication>(
    SpecModule,
    new FastifyAdapter({ forceCloseConnections: true, trustProxy: '127.0.0.1' }),
    { logger: false },
  );
  registerAuthentication(nest);
  registerThrottling(nest);
  registerPageLinks(nest);
  await nest.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(nest.getHttpServer().address() as AddressInfo).port}`;
  return {
    url,
    nest,
    clock,
    kept,
    used,
    get: (path, as, init = {}) =>
      fetch(url + path, {
        ...init,
        headers: { ...(as !== undefined && { Authorization: `Bearer ${as}` }), ...init.headers },
      }),
    close: () => nest.close(),
  };
}
