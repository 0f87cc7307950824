import { bulkhead, isTaskCancelledError, timeout, TimeoutStrategy } from 'cockatiel';
import mongoose, { mongo } from 'mongoose';
import { SECOND } from '../../shared/clock.js';
import { ServiceUnavailable } from '../../shared/errors.js';
import type { Documents } from './mongo-documents.js';
import { SCHEMA_VERSION } from './mongo-schema.js';
import { databaseName } from './mongo-url.js';
import { timed } from './mongo-timed-collection.js';

export interface MongoSettings {
  /** Its options win: the size of the pool, TLS, and what else the driver knows. */
  readonly url: string;
  /** Longest time that a caller waits for one operation, the choice of a server and the driver's retry included, in ms. */
  readonly timeoutMs: number;
  /** This machine's time in ms; it may be wrong, but goes on evenly. */
  readonly localTime?: () => number;
}

/**
 * How long after an id was made its document may be stored, in ms: the database itself refuses what comes later, by its
 * own clock. So whatever is not visible then never will be.
 */
export const FENCE = 2 * SECOND;
/** An open transaction holds resources of the server while it waits for its next command. */
const MOST_TRANSACTIONS = 8;
const CLOCK_CHECK = 30 * SECOND;
const CLOCK_SAMPLES = 5;

const DOCUMENT_INVALID = 121;
const DUPLICATE_KEY = 11_000;
/** What the server says when it cannot serve now: time is up, or it is not the primary (any more). */
const UNAVAILABLE = new Set([50, 64, 89, 91, 112, 189, 262, 10_107, 11_600, 11_602, 13_435, 13_436]);

/** What a transaction works with: collections of its own connection, and the session for every command. */
export interface Transaction {
  readonly session: mongo.ClientSession;
  readonly collection: <Name extends keyof Documents>(name: Name) => mongo.Collection<Documents[Name]>;
}

/** One MongoDB database, on a replica set or behind mongos. Reads what a majority has, writes to a majority. */
export class MongoDatabase {
  private readonly connection: mongoose.Connection;
  /**
   * Transactions have connections of their own: else those that wait for one could take all that it needs to go on.
   */
  private readonly transactions: mongoose.Connection;
  private readonly opened: Promise<unknown>;
  private readonly localTime: () => number;
  private readonly inTime;
  private readonly oneOfFew = bulkhead(MOST_TRANSACTIONS, Number.POSITIVE_INFINITY);
  /** The database's clock minus ours, which only goes on and is never set, in ms. */
  private offset = 0;
  private clockCheck?: NodeJS.Timeout;

  constructor({ url, timeoutMs, localTime = monotonic }: MongoSettings) {
    this.localTime = localTime;
    this.inTime = timeout(timeoutMs, TimeoutStrategy.Aggressive);
    const options: mongoose.ConnectOptions = {
      dbName: databaseName(url),
      appName: 'posterr',
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: timeoutMs,
      socketTimeoutMS: timeoutMs,
      waitQueueTimeoutMS: timeoutMs,
      readPreference: 'primary',
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority' },
      monitorCommands: true,
      ignoreUndefined: true,
    };
    this.connection = mongoose.createConnection(url, options);
    this.transactions = mongoose.createConnection(url, { ...options, maxPoolSize: MOST_TRANSACTIONS });
    this.opened = Promise.all([this.connection.asPromise(), this.transactions.asPromise()]);
    this.opened.catch(() => undefined);
  }

  /** @throws Error with what to do, for people, when it cannot be reached or its schema is another one. */
  async start(): Promise<void> {
    try {
      await this.opened;
      await this.readClock();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`MongoDB cannot be reached: ${reason.split('\n')[0] ?? ''}. See DATABASE_URL.`, {
        cause: error,
      });
    }
    const version = (await this.collection('meta').findOne({ _id: 'schema' }))?.value;
    if (version !== SCHEMA_VERSION) {
      const state =
        version === undefined
          ? 'is not prepared'
          : `has schema ${JSON.stringify(version)}, not ${SCHEMA_VERSION}`;
      const { name } = this.connection;
      const servers = this.client.options.hosts.join(',');
      throw new Error(
        `The database ${name} at ${servers} ${state}. Run "npm run migrate" with this version of Posterr first.`,
      );
    }
    this.clockCheck = setInterval(() => void this.readClock().catch(() => undefined), CLOCK_CHECK).unref();
  }

  get db(): mongo.Db {
    return this.client.db(this.connection.name);
  }

  /** The driver beneath, whose commands can be watched. */
  get client(): mongo.MongoClient {
    return this.connection.getClient();
  }

  collection<Name extends keyof Documents>(name: Name): mongo.Collection<Documents[Name]> {
    return timed(this.db.collection<Documents[Name]>(name));
  }

  /** The time by the database's clock, in ms since the epoch: all processes read the same one. */
  now(): number {
    return Math.round(this.localTime() + this.offset);
  }

  /** @throws ServiceUnavailable when the database cannot serve now; else what `work` throws. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await this.inTime.execute(work);
    } catch (error) {
      throw isUnavailable(error) ? new ServiceUnavailable(1, error) : error;
    }
  }

  /** Runs `work`, perhaps several times, until all that it wrote is committed at once. */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const client = this.transactions.getClient();
    const options = { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } } as const;
    const attempt = (session: mongo.ClientSession): Promise<Result> =>
      work({ session, collection: (name) => timed(client.db(this.connection.name).collection(name)) });
    return this.run(() =>
      this.oneOfFew.execute(() =>
        client.withSession((session) => session.withTransaction(() => attempt(session), options)),
      ),
    );
  }

  /**
   * Writes one document by an update with a pipeline, unless it would come later than `FENCE` after `madeAt`, which is
   * taken before the document's id is made: `ifInTime` and `ifLate`
   * are expressions for the document afterwards; the latter must be one that the validator refuses. Answers the document
   * as it was before, or `'late'`.
   */
  async writeInTime<Name extends keyof Documents>(
    name: Name,
    filter: mongo.Filter<Documents[Name]>,
    { madeAt, ifInTime, ifLate }: { madeAt: number; ifInTime: object; ifLate: object | string },
  ): Promise<mongo.WithId<Documents[Name]> | null | 'late'> {
    const deadline = new Date(madeAt + FENCE);
    const document = { $cond: [{ $lt: ['$$NOW', deadline] }, ifInTime, ifLate] };
    try {
      return await this.run(() =>
        this.collection(name).findOneAndUpdate(filter, [{ $replaceWith: document }], {
          upsert: true,
          returnDocument: 'before',
        }),
      );
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DOCUMENT_INVALID) return 'late';
      throw error;
    }
  }

  async check(): Promise<void> {
    await this.run(() => this.db.command({ ping: 1 }));
  }

  async close(): Promise<void> {
    clearInterval(this.clockCheck);
    await Promise.all([this.connection.close(), this.transactions.close()]);
  }

  /** The sample that took the shortest time tells best. */
  private async readClock(): Promise<void> {
    let best = Number.POSITIVE_INFINITY;
    for (let n = 0; n < CLOCK_SAMPLES; n += 1) {
      const before = this.localTime();
      const { localTime } = await this.db.admin().command({ hello: 1 });
      const took = this.localTime() - before;
      if (took >= best) continue;
      best = took;
      this.offset = (localTime as Date).getTime() - before - took / 2;
    }
  }
}

/** The fields of the unique index that a write broke; none when it broke none. */
export function duplicateFields(error: unknown): readonly string[] {
  if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) return [];
  return Object.keys((error['keyPattern'] as object | undefined) ?? { _id: 1 });
}

/** It is never set, unlike the clock. */
const monotonic = (): number => performance.timeOrigin + performance.now();

function isUnavailable(error: unknown): boolean {
  if (isTaskCancelledError(error) || error instanceof mongoose.Error.MongooseServerSelectionError)
    return true;
  if (!(error instanceof mongo.MongoError)) {
    // Of a connection: some reach us as Node made them.
    return (
      error instanceof Error &&
      ('syscall' in error || /initial connection|not connected/i.test(error.message))
    );
  }
  if (!(error instanceof mongo.MongoServerError)) return !(error instanceof mongo.MongoInvalidArgumentError);
  return (
    UNAVAILABLE.has(Number(error.code)) ||
    error.hasErrorLabel('RetryableWriteError') ||
    error.hasErrorLabel('TransientTransactionError')
  );
}
