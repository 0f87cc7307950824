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

  async retryLater(
    position: OutboxEvent['position'],
    retryAt: number,
    who: 'with-its-successors' | 'alone',
  ): Promise<void> {
    await this.db.run(async () => {
      const outbox = this.db.collection('outbox');
      const change = { $inc: { failures: 1 }, $set: { alone: who === 'alone' } };
      const failed = await outbox.findOneAndUpdate({ _id: String(position) }, change);
      if (!failed) return;
      const its =
        who === 'alone' ? { _id: failed._id } : { actorId: failed.actorId, _id: { $gte: failed._id } };
      await outbox.updateMany(its, { $set: { availableAt: retryAt }, $unset: { holder: true } });
    });
  }

  oldest(type: string): Promise<DomainEvent | undefined> {
    return this.db.run(async () => {
      // In this order: what is taken over in between is found twice rather than not at all.
      const stored = await this.oldestStored(type);
      const [waiting] = await this.db.collection('outbox').find({ type }).sort({ _id: 1 }).limit(1).toArray();
      const event = [waiting, stored]
        .filter((one) => one !== undefined)
        .toSorted((a, b) => (a._id < b._id ? -1 : 1))[0];
      return event && { type, actorId: toId(event.actorId), data: JSON.parse(event.data) as object };
    });
  }

  /** Of those that were not taken over yet. */
  private async oldestStored(
    type: string,
  ): Promise<Pick<OutboxDocument, '_id' | 'actorId' | 'data'> | undefined> {
    const first = (name: 'posts' | 'follows', idField: '_id' | 'id'): Promise<mongo.Document[]> => {
      const collection = this.db.collection(name) as unknown as mongo.Collection;
      const options = { projection: { id: 1, events: 1 }, sort: { [idField]: 1 } as const, limit: 1 };
      return collection.find({ 'events.type': type }, options).toArray();
    };
    const [post, follow] = (await Promise.all([first('posts', '_id'), first('follows', 'id')])).flat();
    const oldest = [post, follow].filter((one) => one !== undefined);
    const found = oldest.map((document) => {
      const events = document['events'] as StoredEvent[];
      const { actorId, data } = events.find((event) => event.type === type) as StoredEvent;
      const id = (document['id'] ?? document['_id']) as Uuid;
      return { _id: toId(id), actorId, data };
    });
    return found.toSorted((a, b) => (a._id < b._id ? -1 : 1))[0];
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
      .find({
        actorId: { $in: waiting.map(({ actorId }) => actorId) },
        availableAt: { $gt: now },
        alone: { $ne: true },
      })
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
