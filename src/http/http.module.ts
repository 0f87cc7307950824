import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { AllowedMethods } from './allowed-methods.js';
import { Draining, HealthController } from './health/health.controller.js';
import { Metrics, MetricsController } from './health/metrics.controller.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { LoggingModule, QuietLogger } from './logging.js';
import { PaginationModule } from './pagination/pagination.module.js';
import { ProblemFilter } from './problem-filter.js';
import { ThrottlingModule } from './throttling/throttling.module.js';
import { DtoValidation } from './validation.js';

@Module({
  imports: [
    LoggingModule,
    PaginationModule,
    IdempotencyModule,
    ThrottlingModule,
    TerminusModule.forRoot({ logger: false }),
  ],
  controllers: [HealthController, MetricsController],
  providers: [
    AllowedMethods,
    Draining,
    QuietLogger,
    Metrics,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: DtoValidation },
  ],
})
export class HttpModule {}
