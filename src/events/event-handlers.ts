import type { DomainEvent } from '../shared/events.js';

export type EventHandler<Event extends DomainEvent = DomainEvent> = (event: Event) => Promise<void>;

/** What the failure of a handler does: it holds back the later events of the same actor, or none but its own. */
export type OnFailure = 'hold-back' | 'go-on';

/** A handler failed for which later events need not wait. */
export class LooseHandlerFailed extends Error {}

/**
 * Which handlers react to which type of event. Events come at least once, so a handler that gets the same event again
 * must leave things as they are.
 */
export class EventHandlers {
  private readonly byType = new Map<string, { handler: EventHandler; onFailure: OnFailure }[]>();

  on<Event extends DomainEvent>(
    type: Event['type'],
    handler: EventHandler<Event>,
    onFailure: OnFailure = 'hold-back',
  ): void {
    // The event of a type is always the one that belongs to it: events are made by functions that tie the two.
    const added = { handler: handler as EventHandler, onFailure };
    this.byType.set(type, [...(this.byType.get(type) ?? []), added]);
  }

  /**
   * Runs all handlers of the event, one after the other; the first that fails ends it. Those whose order counts come first.
   * @throws LooseHandlerFailed when only such a one failed
   */
  async handle(event: DomainEvent): Promise<void> {
    const handlers = this.byType.get(event.type) ?? [];
    for (const { handler, onFailure } of handlers) if (onFailure === 'hold-back') await handler(event);
    for (const { handler, onFailure } of handlers) {
      if (onFailure === 'hold-back') continue;
      await handler(event).catch((cause: unknown) => {
        throw new LooseHandlerFailed(`A handler of ${event.type} failed.`, { cause });
      });
    }
  }
}
