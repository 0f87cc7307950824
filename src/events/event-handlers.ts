import type { DomainEvent } from '../shared/events.js';

export type EventHandler<Event extends DomainEvent = DomainEvent> = (event: Event) => Promise<void>;

/**
 * Which handlers react to which type of event. Events come at least once, so a handler that gets the same event again
 * must leave things as they are.
 */
export class EventHandlers {
  private readonly byType = new Map<string, EventHandler[]>();

  on<Event extends DomainEvent>(type: Event['type'], handler: EventHandler<Event>): void {
    // The event of a type is always the one that belongs to it: events are made by functions that tie the two.
    this.byType.set(type, [...(this.byType.get(type) ?? []), handler as EventHandler]);
  }

  /** Runs all handlers of the event, one after the other; the first that fails ends it. */
  async handle(event: DomainEvent): Promise<void> {
    for (const handler of this.byType.get(event.type) ?? []) await handler(event);
  }
}
