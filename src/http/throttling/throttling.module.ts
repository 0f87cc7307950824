import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { Config } from '../../config.js';
import { Clock } from '../../shared/clock.js';
import { authThrottlers } from './auth-throttle.decorator.js';
import { MemoryThrottlerStorage } from './memory-throttler-storage.js';

/** `ThrottlerModule` is global: with its storage the default policy counts too. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [Config, Clock],
      useFactory: (config: Config, clock: Clock) => ({
        throttlers: authThrottlers(config.rateLimitPerMinute),
        storage: new MemoryThrottlerStorage(clock),
      }),
    }),
  ],
})
export class ThrottlingModule {}
