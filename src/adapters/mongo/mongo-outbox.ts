import { mongo } from 'mongoose';
import type { Clock } from '../../shared/clock.js';
import { type DomainEvent, Outbox, type OutboxEvent } from '../../shared/events.js';
import type { MongoDatabase } from './mongo-database.js';
import type { OutboxDocument, StoredEvent, Uuid } from './mongo-documents.js';
import { toId, toUuid } from './mongo-ids.js';

/** Documents whose events are taken over at once. */
const TAKEN_OVER = 200;

export function toStoredEvents(events: readonly DomainEvent[]): StoredEvent[] {
  return events.map(({ type, actorId, data }) => ({
    type,
    actorId: toUuid(actorId),
    data: JSON.stringify(data),
  }));
}

/**
 * Events are stored inside the document of what happened, in its one write. From there workers take them over, under
 * the id of what happened: it orders them, and taking them over twice makes them no more. An event that is leased or waits
 * for its retry is available later.
 */
export class MongoOutbox extends Outbox {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly db: MongoDatabase,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** Tells of a write that stored events. */
  announce(): void {
    for (const listener of this.listeners) listener();
  }

  onCommit(listener: () => void): void {
    this.listeners.push(listener);
  }

  claim(limit: number, leaseMs: number): Promise<OutboxEvent[]> {
    return this.db.run(async () => {
      await Promise.all([this.takeOver('posts', '_id'), this.takeOver('follows', 'id')]);
      const now = this.clock.now();
      const outbox = this.db.collection('outbox');
      const waiting = await outbox
        .find({ availableAt: { $lte: now } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      if (waiting.length === 0) return [];
      const free = await this.withoutHeldActors(waiting, now);
      const holder = new mongo.UUID();
      const mine = { holder, _id: { $in: free.map(({ _id }) => _id) } };
      const lease = { $set: { holder, availableAt: now + leaseMs } };
      await outbox.updateMany({ _id: mine._id, availableAt: { $lte: now } }, lease);
      const won = new Set(
        (await outbox.find(mine, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id),
      );
      return this.inOrder(free, won, holder, now);
    });
  }

  async done(positions: readonly OutboxEvent['position'][]): Promise<void> {
    const ids = positions.map(String);
    await this.db.run(() => this.db.collection('outbox').deleteMany({ _id: { $in: ids } }));
  }

  async retryLater(position: OutboxEvent['position'], retryAt: number): Promise<void> {
    await this.db.run(async () => {
      const outbox = this.db.collection('outbox');
      const failed = await outbox.findOneAndUpdate({ _id: String(position) }, { $inc: { failures: 1 } });
      if (!failed) return;
      const later = { actorId: failed.actorId, _id: { $gte: failed._id } };
      await outbox.updateMany(later, { $set: { availableAt: retryAt }, $unset: { holder: true } });
    });
  }

  /** Copies events, then takes them from their documents: a worker that dies in between leaves both to the next one. */
  private async takeOver(name: 'posts' | 'follows', idField: '_id' | 'id'): Promise<void> {
    const collection = this.db.collection(name) as unknown as mongo.Collection<{
      _id: Uuid;
      id: Uuid;
      events: StoredEvent[];
    }>;
    const documents = await collection
      .find({ 'events.type': { $exists: true } })
      .project<{ _id: Uuid; id: Uuid; events: StoredEvent[] }>({ id: 1, events: 1 })
      .sort({ [idField]: 1 })
      .limit(TAKEN_OVER)
      .toArray();
    if (documents.length === 0) return;
    const events = documents.flatMap((document) =>
      document.events.map(({ actorId, type, data }, n) => {
        const _id = `${toId(document[idField])}:${String(n).padStart(3, '0')}`;
        const $setOnInsert = { actorId, type, data, failures: 0, availableAt: 0 };
        return { updateOne: { filter: { _id }, update: { $setOnInsert }, upsert: true } };
      }),
    );
    await this.db.collection('outbox').bulkWrite(events, { ordered: false });
    await collection.bulkWrite(
      documents.map((document) => ({
        updateOne: {
          filter: { _id: document._id, [idField]: document[idField] },
          update: { $unset: { events: true } },
        },
      })),
      { ordered: false },
    );
  }

  /** Leaves out the events of actors of whom an earlier one is leased or waits. */
  private async withoutHeldActors(
    waiting: readonly mongo.WithId<OutboxDocument>[],
    now: number,
  ): Promise<mongo.WithId<OutboxDocument>[]> {
    const held = await this.db
      .collection('outbox')
      .find({ actorId: { $in: waiting.map(({ actorId }) => actorId) }, availableAt: { $gt: now } })
      .project<{ _id: string; actorId: Uuid }>({ actorId: 1 })
      .sort({ _id: 1 })
      .toArray();
    const firstHeld = new Map<string, string>();
    for (const { _id, actorId } of held) {
      const actor = toId(actorId);
      if (!firstHeld.has(actor)) firstHeld.set(actor, _id);
    }
    return waiting.filter(({ _id, actorId }) => _id < (firstHeld.get(toId(actorId)) ?? '~'));
  }

  /** Of the events won, those with no earlier one of their actor lost to another worker; the others are given back. */
  private async inOrder(
    asked: readonly mongo.WithId<OutboxDocument>[],
    won: ReadonlySet<string>,
    holder: mongo.UUID,
    now: number,
  ): Promise<OutboxEvent[]> {
    const lost = new Set<string>();
    const kept: mongo.WithId<OutboxDocument>[] = [];
    for (const event of asked) {
      const actor = toId(event.actorId);
      if (won.has(event._id) && !lost.has(actor)) kept.push(event);
      else lost.add(actor);
    }
    const back = [...won].filter((_id) => !kept.some((event) => event._id === _id));
    if (back.length > 0) {
      const given = { _id: { $in: back }, holder };
      await this.db
        .collection('outbox')
        .updateMany(given, { $set: { availableAt: now }, $unset: { holder: true } });
    }
    return kept.map(({ _id, actorId, type, data, failures }) => ({
      type,
      actorId: toId(actorId),
      data: JSON.parse(data) as object,
      position: _id,
      failures,
    }));
  }
}
