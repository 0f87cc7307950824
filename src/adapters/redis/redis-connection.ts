import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { timeout, TimeoutStrategy } from 'cockatiel';
import { RoundTrips } from '../../shared/round-trips.js';
import { isScriptMissing, RedisCircuit } from './redis-circuit.js';
import {
  type Client,
  clusterClient,
  type Command,
  nodeClient,
  pauseAfter,
  type Watcher,
} from './redis-client.js';

/** Sends one command, whose first key is `key`. What is sent in one turn of the event loop travels together. */
export type Send = (key: string, ...command: Command) => Promise<unknown>;

/** Redis did not answer in time, refused, or is left alone for a moment because it did so before. */
export class RedisUnavailable extends Error {
  constructor(cause: unknown) {
    super('Redis is not available.', { cause });
  }
}

export interface RedisSettings {
  /** One node, or several nodes of a Redis Cluster. */
  readonly urls: readonly string[];
  /** Longest time for one round trip, in ms. */
  readonly timeoutMs: number;
  /**
   * False: there are no `invalidated` events, and Redis need not remember what this connection has read. Where a lot is
   * read by scripts, or written by others, that costs more than the commands themselves. True when absent.
   */
  readonly tracking?: boolean;
}

/** So many keys lie on enough nodes of a cluster. */
const CHECKS = 24;

interface Events {
  /** Redis serves after it did not, or for the first time. */
  available: [];
  unavailable: [];
  /** A key that this connection has read was changed; null: any key may have been. Never on a cluster, or without tracking. */
  invalidated: [key: string | null];
}

/**
 * One Redis, or a Redis Cluster. Never waits longer than its time limit, and not at all while Redis is known to be away
 * (circuit breakers, one for each node). It connects, and connects again, by itself.
 */
export class RedisConnection extends EventEmitter<Events> {
  readonly isCluster: boolean;
  private readonly logger = new Logger(RedisConnection.name);
  private readonly closing = new AbortController();
  private readonly circuits = new Map<string, RedisCircuit>();
  private readonly limit;
  private client: Client | undefined;
  /** Not yet connected. */
  private next: Client | undefined;
  private answers: boolean | undefined;
  private lastAnswer = 0;

  constructor(private readonly settings: RedisSettings) {
    super();
    this.isCluster = settings.urls.length > 1;
    this.limit = timeout(settings.timeoutMs, TimeoutStrategy.Aggressive);
  }

  /** Begins to connect, and does not wait for it: everything works without Redis too. */
  start(): void {
    void this.connect();
  }

  /** Whether Redis answered the last time that it was asked. */
  get isAvailable(): boolean {
    return this.answers === true;
  }

  /** Milliseconds since Redis answered last. */
  get silence(): number {
    return performance.now() - this.lastAnswer;
  }

  /**
   * Runs `commands`, which should send all that they send in one turn of the event loop: one round trip.
   * @throws RedisUnavailable
   */
  async run<Result>(commands: (send: Send) => Promise<Result>): Promise<Result> {
    RoundTrips.happened('redis');
    const { client } = this;
    let result: Result;
    try {
      if (!client) throw new Error('There is no connection.');
      result = await this.attempt(client, commands);
    } catch (error) {
      throw new RedisUnavailable(error);
    }
    this.lastAnswer = performance.now();
    if (client === this.client) this.back();
    return result;
  }

  /**
   * Asks whether Redis serves; of a cluster, whether any of its nodes does.
   * @throws RedisUnavailable
   */
  async check(): Promise<void> {
    const keys = Array.from({ length: this.isCluster ? CHECKS : 1 }, (_, n) => `posterr:check:${n}`);
    await this.run((send) => Promise.any(keys.map((key) => send(key, 'GET', key))));
  }

  /** Ends the connection, and what is under way on it, for good. */
  close(): void {
    this.closing.abort();
    this.answers = false;
    for (const client of [this.client, this.next]) client?.close();
    this.client = undefined;
  }

  private attempt<Result>(client: Client, commands: (send: Send) => Promise<Result>): Promise<Result> {
    if (!this.isCluster) {
      return this.circuitOf(client.nodeOf('')).execute((signal) =>
        commands((key, ...command) => client.send(key, command, signal)),
      );
    }
    // A node that is away must not keep the others from being asked.
    return this.limit.execute(() =>
      commands((key, ...command) =>
        this.circuitOf(client.nodeOf(key)).execute((signal) => client.send(key, command, signal)),
      ),
    );
  }

  private circuitOf(node: string): RedisCircuit {
    let circuit = this.circuits.get(node);
    if (!circuit) {
      circuit = new RedisCircuit(this.settings.timeoutMs, (error, isStuck) => {
        const nodes = this.client?.nodes() ?? [];
        if (nodes.every((each) => this.circuits.get(each)?.isClosed === false)) this.away(error);
        if (isStuck) this.renew(error);
      });
      this.circuits.set(node, circuit);
    }
    return circuit;
  }

  /** The line may be dead, or another node in the place of this one. */
  private renew(error: unknown): void {
    this.logger.warn({ err: error }, 'Redis, or a node of it, is stuck; it is connected to anew.');
    void this.connect();
  }

  /** Tries until it is connected; what was connected before, if anything was, serves until then. */
  private async connect(): Promise<void> {
    if (this.next) return;
    for (let failures = 0; !this.closing.signal.aborted;) {
      const client = this.open();
      this.next = client;
      try {
        await client.connect();
        this.closing.signal.throwIfAborted();
        this.next = undefined;
        this.use(client);
        return;
      } catch (error) {
        client.close();
        if (!this.client) this.away(error);
        failures += 1;
        await sleep(pauseAfter(failures), undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
  }

  private open(): Client {
    const { urls, tracking = true } = this.settings;
    if (this.isCluster) return clusterClient(urls);
    const watcher: Watcher = {
      lost: (error) => {
        if (client !== this.client) return;
        this.client = undefined;
        this.away(error);
        void this.connect();
      },
      invalidated: (key) => this.emit('invalidated', key),
    };
    const client = nodeClient(urls[0] ?? '', tracking, watcher);
    return client;
  }

  private use(client: Client): void {
    const old = this.client;
    this.client = client;
    if (this.isCluster) {
      // Nodes that do serve may be answering it.
      if (old) setTimeout(() => old.close(), this.settings.timeoutMs).unref();
    } else {
      old?.close();
      this.circuits.clear();
      // This connection has read nothing yet: of what others have read, it is not told.
      if (this.settings.tracking !== false) this.emit('invalidated', null);
    }
    // So that it is known to serve before somebody needs it. If it does not, those will see.
    this.check().catch(() => undefined);
  }

  private back(): void {
    if (this.answers) return;
    this.answers = true;
    this.logger.log('Redis serves.');
    this.emit('available');
  }

  private away(error: unknown): void {
    const before = this.answers;
    if (before === false || this.closing.signal.aborted) return;
    this.answers = false;
    this.logger.warn({ err: error }, 'Redis does not serve; the database does its work until it is back.');
    if (before) this.emit('unavailable');
  }
}

/** A script that Redis keeps: it is sent once, and then called by its digest. All of its keys are in one hash slot. */
export function script(
  source: string,
): (
  send: Send,
  keys: readonly [string, ...string[]],
  args: readonly (string | Buffer)[],
) => Promise<unknown> {
  const digest = createHash('sha1').update(source).digest('hex');
  return async (send, keys, args) => {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await send(keys[0], 'EVALSHA', digest, ...rest);
    } catch (error) {
      if (!isScriptMissing(error)) throw error;
      return send(keys[0], 'EVAL', source, ...rest);
    }
  };
}
