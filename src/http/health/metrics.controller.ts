import { Controller, Get, Header, Injectable } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { SECOND } from '../../shared/clock.js';
import { onRequestEnd } from '../request-context.js';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What this process measures of itself. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Must be called after the request's context is registered. */
  watch(app: NestFastifyApplication): void {
    // Finding the series by its labels takes longer than counting.
    const series = new Map<string, Histogram.Internal<string>>();
    onRequestEnd(app, ({ method, routeOptions }, reply, { isAnswered, durationMs }) => {
      const route = routeOptions.url ?? 'unknown';
      const status = isAnswered ? String(reply.statusCode) : 'aborted';
      const key = `${method} ${route} ${status}`;
      let one = series.get(key);
      if (!one) series.set(key, (one = this.durations.labels(method, route, status)));
      one.observe(durationMs / SECOND);
    });
  }
}

@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  /**
   * Measurements in the text format of Prometheus
   *
   * Of this process alone: requests by route and status, event loop, memory. Not for the public.
   */
  @Get()
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  getMetrics(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
