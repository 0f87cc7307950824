import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import { createClient, createCluster } from '@redis/client';
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';

/** Sends one command, whose first key is `key`. What is sent in one turn of the event loop travels together. */
export type Send = (key: string, ...command: readonly (string | Buffer)[]) => Promise<unknown>;

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

const FAILURES_TO_OPEN = 3;
/** How long Redis is left alone before it is tried again, in ms. */
const REST = 500;
const LONGEST_RECONNECT = 500;

interface Events {
  /** Redis serves after it did not, or for the first time. */
  available: [];
  unavailable: [];
  /** A key that this connection has read was changed; null: any key may have been. Never on a cluster, or without tracking. */
  invalidated: [key: string | null];
}

/**
 * One Redis, or a Redis Cluster. Never waits longer than its time limit, and not at all while Redis is known to be away
 * (circuit breaker). It connects, and connects again, by itself.
 */
export class RedisConnection extends EventEmitter<Events> {
  readonly isCluster: boolean;
  private readonly client: Client;
  private readonly policy;
  private readonly logger = new Logger(RedisConnection.name);
  private answers = false;
  private lastAnswer = 0;

  constructor({ urls, timeoutMs, tracking = true }: RedisSettings) {
    super();
    this.isCluster = urls.length > 1;
    this.client = this.isCluster ? clusterClient(urls) : nodeClient(urls[0] ?? '', tracking);
    this.client.watch(
      (error) => this.away(error),
      (key) => this.emit('invalidated', key),
    );
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: REST,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    this.policy = wrap(breaker, timeout(timeoutMs, TimeoutStrategy.Aggressive));
    breaker.onStateChange((state) => {
      if (state === CircuitState.Open) this.away(new Error('It failed several times in a row.'));
    });
  }

  /** Begins to connect, and does not wait for it: everything works without Redis too. */
  start(): void {
    this.client.connect().catch((error: unknown) => this.away(error));
  }

  /** Whether Redis answered the last time that it was asked. */
  get isAvailable(): boolean {
    return this.answers;
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
    try {
      const result = await this.policy.execute(() => commands(this.client.send));
      this.lastAnswer = performance.now();
      this.back();
      return result;
    } catch (error) {
      throw new RedisUnavailable(error);
    }
  }

  /** @throws RedisUnavailable */
  async check(): Promise<void> {
    await this.run((send) => send('posterr:check', 'GET', 'posterr:check'));
  }

  close(): void {
    this.client.close();
  }

  private back(): void {
    if (this.answers) return;
    this.answers = true;
    this.logger.log('Redis serves.');
    this.emit('available');
  }

  private away(error: unknown): void {
    if (!this.answers) return;
    this.answers = false;
    this.logger.warn({ err: error }, 'Redis does not serve; the database does its work until it is back.');
    this.emit('unavailable');
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
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return send(keys[0], 'EVAL', source, ...rest);
    }
  };
}

/** What is alike in a client of one node and one of a cluster. */
interface Client {
  readonly send: Send;
  connect(): Promise<unknown>;
  watch(onError: (error: unknown) => void, onInvalidated: (key: string | null) => void): void;
  close(): void;
}

const COMMON = {
  RESP: 3,
  disableOfflineQueue: true,
  socket: {
    connectTimeout: 2_000,
    reconnectStrategy: (retries: number) => Math.min(50 * (retries + 1), LONGEST_RECONNECT),
  },
} as const;

function nodeClient(url: string, tracking: boolean): Client {
  const client = createClient({ ...COMMON, url, ...(tracking && { emitInvalidate: true }) });
  return {
    send: (_key, ...command) => client.sendCommand(command),
    connect: () => client.connect(),
    watch: (onError, onInvalidated) => {
      client.on('error', onError);
      client.on('invalidate', (key: Buffer | string | null) =>
        onInvalidated(key === null ? null : key.toString()),
      );
    },
    close: () => client.destroy(),
  };
}

function clusterClient(urls: readonly string[]): Client {
  const { username, password } = new URL(urls[0] ?? '');
  const client = createCluster({
    RESP: 3,
    rootNodes: urls.map((url) => ({ url })),
    defaults: { ...COMMON, ...(username && { username }), ...(password && { password }) },
  });
  return {
    send: (key, ...command) => client.sendCommand(key, false, [...command]),
    connect: () => client.connect(),
    watch: (onError) => client.on('error', onError),
    close: () => client.destroy(),
  };
}
