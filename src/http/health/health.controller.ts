import { Controller, Get, Header, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { setTimeout } from 'node:timers/promises';
import { Config } from '../../config.js';
import { SECOND } from '../../shared/clock.js';
import { Dependencies } from '../../shared/readiness.js';
import { Problems } from '../problems.decorator.js';
import { HealthView } from './health.dto.js';

/** Whether this process is on its way out. It says so before it closes, so that load balancers notice. */
@Injectable()
export class Draining implements OnModuleDestroy {
  begun = false;

  constructor(private readonly config: Config) {}

  async onModuleDestroy(): Promise<void> {
    this.begun = true;
    await setTimeout(this.config.drainSeconds * SECOND);
  }
}

/** A balancer before a shared cache must learn the present state. */
const NotShared = (): MethodDecorator => Header('CDN-Cache-Control', 'no-store');

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly dependencies: Dependencies,
    private readonly draining: Draining,
  ) {}

  /**
   * Whether the process runs
   *
   * Answers whenever the process can answer at all: restart it when it does not.
   */
  @Get('live')
  @NotShared()
  isLive(): HealthView {
    return { status: 'ok' };
  }

  /**
   * Whether the process can serve: its dependencies answer, and it is not being stopped
   *
   * Send requests to it only while this is 200: a process that is being stopped says 503 first, and closes then.
   */
  @Get('ready')
  @NotShared()
  @Problems('service-unavailable')
  async isReady(): Promise<HealthView> {
    const { status } = await this.health.check([
      () => {
        const process = this.indicators.check('process');
        return this.draining.begun ? process.down() : process.up();
      },
      ...Object.entries(this.dependencies.checks).map(([name, check]) => async () => {
        const dependency = this.indicators.check(name);
        return check().then(
          () => dependency.up(),
          () => dependency.down(),
        );
      }),
    ]);
    return { status };
  }
}
