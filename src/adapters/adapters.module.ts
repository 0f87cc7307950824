import {
  type DynamicModule,
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { AccessTokens, OutsideIssuer, PasswordHasher } from '../modules/accounts/accounts.ports.js';
import { Dependencies } from '../shared/readiness.js';
import { Argon2PasswordHasher } from './system/argon2-password-hasher.js';
import { JoseAccessTokens } from './system/jose-access-tokens.js';
import { OidcIssuer } from './system/oidc-issuer.js';
import type { Adapters } from './adapters.js';
import { openStores } from './stores.js';
import { SystemClock } from './system/system-clock.js';
import { UuidV7Ids } from './system/uuid-v7-ids.js';

const STORES = Symbol('stores');

/** Which technology is plugged into which port: the one place that knows. */
@Global()
@Module({})
export class AdaptersModule implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(STORES) private readonly stores: Adapters) {}

  static async for(config: Config): Promise<DynamicModule> {
    const clock = new SystemClock();
    const ids = new UuidV7Ids(clock);
    const stores = await openStores(config, ids, clock);
    if (stores.now) clock.follow(stores.now);
    const providers = [
      { provide: Config, useValue: config },
      { provide: Clock, useValue: clock },
      { provide: Ids, useValue: ids },
      {
        provide: Dependencies,
        useValue: { checks: { database: () => stores.check() } } satisfies Dependencies,
      },
      { provide: PasswordHasher, useClass: Argon2PasswordHasher },
      { provide: AccessTokens, useClass: JoseAccessTokens },
      { provide: OutsideIssuer, useClass: OidcIssuer },
      ...stores.ports.map(([port, adapter]) => ({ provide: port, useValue: adapter })),
    ];
    return {
      module: AdaptersModule,
      providers: [...providers, { provide: STORES, useValue: stores }],
      exports: providers.map(({ provide }) => provide),
    };
  }

  async onModuleInit(): Promise<void> {
    await this.stores.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stores.close();
  }
}
