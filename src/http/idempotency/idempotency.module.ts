import { Global, Module } from '@nestjs/common';
import { RequestsInFlight } from './idempotency.interceptor.js';

@Global()
@Module({ providers: [RequestsInFlight], exports: [RequestsInFlight] })
export class IdempotencyModule {}
