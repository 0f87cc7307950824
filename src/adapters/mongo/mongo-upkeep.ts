import { Logger } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { type Clock, MINUTE } from '../../shared/clock.js';
import type { MongoDatabase, Transaction } from './mongo-database.js';
import type { Pending, Uuid } from './mongo-documents.js';
import { toId } from './mongo-ids.js';

const FOLD_INTERVAL = 300;
const FOLDED_AT_ONCE = 200;
const SWEEP_INTERVAL = MINUTE;

type Contribution = { _id: mongo.Binary; pending: Pending[] };

/**
 * What workers do beside the events: they add to the counters what is pending, and remove what has expired. Reads add
 * what is pending by themselves, so that counters are right at any time; this keeps it little.
 */
export class MongoUpkeep {
  private readonly logger = new Logger(MongoUpkeep.name);
  private timers: NodeJS.Timeout[] = [];
  private running: Promise<unknown> = Promise.resolve();
  private busy = false;

  constructor(
    private readonly db: MongoDatabase,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.timers = [
      setInterval(() => this.once(() => this.fold()), FOLD_INTERVAL),
      setInterval(() => this.once(() => this.sweep()), SWEEP_INTERVAL),
    ];
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.running;
  }

  /** Folds until nothing is pending. */
  async fold(): Promise<void> {
    while ((await this.foldSome('posts')) + (await this.foldSome('follows')) > 0);
  }

  /** Removes tokens and idempotency keys whose time is over, and ended followings that are counted. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    const expired = { expiresAt: { $lte: now } };
    await this.db.run(async () => {
      await this.db.collection('refreshTokens').deleteMany(expired);
      await this.db.collection('tokenFamilies').deleteMany(expired);
      await this.db.collection('posts').updateMany({ 'key.until': { $lte: now } }, { $unset: { key: true } });
    });
  }

  /** One transaction moves what some documents have pending into the counters; answers how many documents. */
  private foldSome(name: 'posts' | 'follows'): Promise<number> {
    return this.db.transaction(async (transaction) => {
      const { session } = transaction;
      const collection = transaction.collection(name) as unknown as mongo.Collection<
        Contribution & { on?: boolean }
      >;
      const found = await collection
        .find({ 'pending.of': { $exists: true } }, { session })
        .project<Contribution>({ pending: 1 })
        .limit(FOLDED_AT_ONCE)
        .toArray();
      if (found.length === 0) return 0;
      const sums = new Map<string, Pending>();
      for (const one of found.flatMap(({ pending }) => pending)) {
        const key = `${toId(one.of)} ${one.what}`;
        sums.set(key, { ...one, by: one.by + (sums.get(key)?.by ?? 0) });
      }
      await this.add(
        'users',
        [...sums.values()].filter(({ what }) => IN_USERS.has(what)),
        transaction,
      );
      await this.add(
        'posts',
        [...sums.values()].filter(({ what }) => !IN_USERS.has(what)),
        transaction,
      );
      const ids = found.map(({ _id }) => _id);
      await collection.updateMany({ _id: { $in: ids } }, { $unset: { pending: true } }, { session });
      if (name === 'follows') {
        const ended = { _id: { $in: ids }, on: false, events: { $exists: false } };
        await collection.deleteMany(ended, { session });
      }
      return found.length;
    });
  }

  private async add(
    name: 'users' | 'posts',
    sums: readonly Pending[],
    { session, collection: of }: Transaction,
  ): Promise<void> {
    const changes = sums
      .filter(({ by }) => by !== 0)
      .map(({ of, what, by }) => ({
        updateOne: { filter: { _id: of }, update: { $inc: { [`counts.${what}`]: by } } },
      }));
    const collection = of(name) as unknown as mongo.Collection<{ _id: Uuid }>;
    if (changes.length > 0)
      await collection.bulkWrite(changes, {
        session,
        ordered: false,
      });
  }

  private once(work: () => Promise<void>): void {
    if (this.busy) return;
    this.busy = true;
    this.running = work()
      .catch((error: unknown) =>
        this.logger.warn({ err: error }, 'The upkeep of the database failed; trying again.'),
      )
      .finally(() => (this.busy = false));
  }
}

const IN_USERS: ReadonlySet<Pending['what']> = new Set(['posts', 'followers', 'following']);
