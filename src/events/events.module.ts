import { Global, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import { Outbox } from '../shared/events.js';
import { EventHandlers } from './event-handlers.js';
import { EventRelay } from './event-relay.js';

@Global()
@Module({
  providers: [
    EventHandlers,
    {
      provide: EventRelay,
      inject: [Outbox, EventHandlers, Clock, PinoLogger],
      useFactory: (outbox: Outbox, handlers: EventHandlers, clock: Clock, log: PinoLogger) =>
        new EventRelay(outbox, handlers, clock, log),
    },
  ],
  exports: [EventHandlers, EventRelay],
})
export class EventsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly relay: EventRelay,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.role !== 'api') this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}
