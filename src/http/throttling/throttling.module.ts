import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { Config } from '../../config.js';
import { RequestCounter } from '../../shared/request-counter.js';
import { authThrottlers } from './auth-throttle.decorator.js';
import { CountedThrottlerStorage } from './counted-throttler-storage.js';

/** `ThrottlerModule` is global: with its storage the default policy counts too. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [Config, RequestCounter],
      useFactory: (config: Config, counter: RequestCounter) => ({
        throttlers: authThrottlers(config.rateLimitPerMinute),
        storage: new CountedThrottlerStorage(counter),
      }),
    }),
  ],
})
export class ThrottlingModule {}
