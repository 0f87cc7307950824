import type { AddressInfo } from 'node:net';
import { Global, Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config, readConfig } from '../../src/config.js';
import { type Actor, Authenticator } from '../../src/http/current-user.js';
import { InvalidToken } from '../../src/http/http-errors.js';
import { ServiceUnavailable } from '../../src/shared/errors.js';
import { HttpModule } from '../../src/http/http.module.js';
import { AnswerRebuilder } from '../../src/http/idempotency/answer-rebuilder.js';
import { createServer } from '../../src/http/server.js';
import { MemoryRequestCounter } from '../../src/adapters/system/memory-request-counter.js';
import { RequestCounter } from '../../src/shared/request-counter.js';
import { DailyQuota } from '../../src/http/throttling/daily-quota.js';
import { type Secret, SecretStore } from '../../src/modules/accounts/accounts.public.js';
import { Changes } from '../../src/shared/changes.js';
import { Clock, DAY } from '../../src/shared/clock.js';
import { IdempotencyStore, type KeptAnswer } from '../../src/shared/idempotency.js';
import type { Id } from '../../src/shared/ids.js';
import { OrderedVisibility, Visibility } from '../../src/shared/page.js';
import { Dependencies } from '../../src/shared/readiness.js';

export const ADA: Id = '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e40';
export const GRACE: Id = '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e41';
const TOKENS: Readonly<Record<string, Actor>> = {
  ada: { id: ADA, roles: [], tokenExpiresAt: Number.MAX_SAFE_INTEGER },
  grace: { id: GRACE, roles: ['admin'], tokenExpiresAt: Number.MAX_SAFE_INTEGER },
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

/** `controllers` behind all of src/http, on a free port of this machine. */
export async function startHttpApp(
  controllers: Type[],
  changes: Partial<Config> = {},
  dependencies: Dependencies = { checks: {} },
): Promise<HttpApp> {
  const config: Config = {
    ...readConfig({ LOG_LEVEL: 'silent', TRUSTED_PROXIES: '127.0.0.1' }),
    rateLimitPerMinute: 0,
    postsPerDay: 0,
    ...changes,
  };
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
    // Always another version: no answer is kept.
    { provide: Changes, useValue: { version: () => performance.now() } satisfies Changes },
    { provide: RequestCounter, useValue: new MemoryRequestCounter(clock) },
    { provide: Visibility, useClass: OrderedVisibility },
    { provide: SecretStore, useValue: new SecretsInMemory() },
    { provide: IdempotencyStore, useValue: kept },
    { provide: Authenticator, useClass: NamesAsTokens },
    { provide: DailyQuota, useValue: quota },
    { provide: Dependencies, useValue: dependencies },
    {
      provide: AnswerRebuilder,
      useValue: { rebuild: (id: Id, by: Id) => Promise.resolve({ id, rebuiltFor: by }) },
    },
  ];

  @Global()
  @Module({ providers, exports: providers.map(({ provide }) => provide) })
  class PortsModule {}

  class SpecModule {}

  const nest = await createServer(
    { module: SpecModule, imports: [PortsModule, HttpModule], controllers },
    config,
  );
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

export interface ProblemBody {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly requestId: string;
  readonly errors?: readonly { pointer: string; code: string }[];
}

/** The problem that `answer` is, with all that every problem has. */
export async function problem(answer: Response): Promise<ProblemBody> {
  const body = (await answer.json()) as ProblemBody;
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({
    type: `urn:posterr:problem:${body.code}`,
    title: expect.any(String),
    detail: expect.any(String),
    status: answer.status,
    requestId: answer.headers.get('X-Request-Id'),
  });
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
  return body;
}
