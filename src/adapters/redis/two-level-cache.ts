import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError, ServiceUnavailable } from '../../shared/errors.js';
import { MemoryLevel } from './memory-level.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisSlots, type Right, type Value } from './redis-slots.js';
import { RedisTrust } from './redis-trust.js';

export interface CacheOptions {
  /** What all keys begin with. */
  readonly prefix?: string;
  /** Most values kept in the process. */
  readonly entries?: number;
}

/** What was found of some keys; the others may be loaded and filled in. */
export interface Look {
  readonly values: Map<string, Value>;
  readonly missing: Map<string, Right>;
}

/** Reads what is behind the cache; what does not exist is not in the answer. */
export type Load = (keys: readonly string[]) => Promise<Map<string, Value>>;

/** Memory is believed while Redis answered this lately, in ms: less than a writer waits for a Redis that is silent. */
const FRESH = 100;
/**
 * How long a writer goes on trying when Redis has just failed, and how long between its attempts, in ms. It outlasts a new
 * connection, and the rest of the circuit breaker: so the change is on its way, or everybody knows that Redis is away.
 */
const PATIENCE = 700;
const PAUSE = 25;
/** How long a failed write may still be under way in the database, in ms. */
const UNDER_WAY = 2_500;

/**
 * A cache in the process before one in Redis, whose answers are those of the database: docs/decisions/11-two-level-cache.md
 * tells how. While Redis is away there is no cache.
 */
export class TwoLevelCache {
  private readonly slots: RedisSlots;
  private readonly memory: MemoryLevel;
  private readonly trust: RedisTrust;
  private thisTurn: Promise<void> | undefined;
  private readonly loads = new Map<string, { right: Right; values: ReturnType<Load> }>();

  constructor(
    private readonly connection: RedisConnection,
    { prefix = 'posterr:', entries = 10_000 }: CacheOptions = {},
  ) {
    this.slots = new RedisSlots(connection, prefix);
    this.memory = new MemoryLevel(entries);
    this.trust = new RedisTrust(connection, this.slots, () => this.memory.clear());
    connection.on('invalidated', this.changed);
  }

  /** The key of one thing of a kind. */
  key(kind: string, id: string): string {
    return `${this.slots.prefix}${kind}:${id}`;
  }

  /** Things of one kind by their ids: those that exist. `load` is called at most once, with what nobody else is loading. */
  async read<Thing extends Value>(
    kind: string,
    ids: readonly string[],
    load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Thing>>,
  ): Promise<Map<string, Thing>> {
    const start = this.key(kind, '').length;
    const idOf = (key: string): string => key.slice(start);
    const look = await this.look(ids.map((id) => this.key(kind, id)));
    if (!look) return new Map(await load(ids));
    const loaded = await this.load(look.missing, async (keys) => {
      const things = await load(keys.map(idOf));
      return new Map(Array.from(things, ([id, thing]) => [this.key(kind, id), thing]));
    });
    return new Map([...look.values, ...loaded].map(([key, thing]) => [idOf(key), thing as Thing]));
  }

  /** What is cached of `keys`, in at most one round trip, or two where nobody asked before. Undefined: there is no cache now. */
  async look(keys: readonly string[]): Promise<Look | undefined> {
    if (keys.some((key) => this.memory.has(key))) await this.turn();
    if (!this.trust.believed) return undefined;
    const look: Look = { values: new Map(), missing: new Map() };
    const fresh = this.connection.isAvailable && this.connection.silence < FRESH;
    const rest: string[] = [];
    for (const key of new Set(keys)) {
      const value = fresh ? this.memory.get(key) : undefined;
      if (value === undefined) rest.push(key);
      else look.values.set(key, value);
    }
    return rest.length === 0 || (await this.lookInRedis(rest, look)) ? look : undefined;
  }

  /**
   * Loads what is missing in one call, and fills it in. What another call is loading is awaited instead, if nothing was
   * changed since that one looked: the same mark was still there for this one.
   */
  async load(missing: ReadonlyMap<string, Right>, load: Load): Promise<Map<string, Value>> {
    const own: string[] = [];
    const others = new Map<string, ReturnType<Load>>();
    for (const [key, right] of missing) {
      const other = this.loads.get(key);
      if (other && isSame(other.right, right)) others.set(key, other.values);
      else own.push(key);
    }
    const all = own.length === 0 ? new Map<string, Value>() : this.loadAndFill(own, missing, load);
    // All at once, so that none fails unheard.
    const [values] = await Promise.all([all, ...others.values()]);
    for (const [key, other] of others) {
      const value = (await other).get(key);
      if (value !== undefined) values.set(key, value);
    }
    return values;
  }

  /** Runs a write that changes what is cached under `keys`; when it is answered, no reader gets what was before. */
  async changing<Result>(keys: readonly string[], write: () => Promise<Result>): Promise<Result> {
    try {
      const result = await write();
      await this.invalidate(keys);
      return result;
    } catch (error) {
      // A refusal changed nothing; of another failure nobody knows what it did, or still does.
      if (!(error instanceof DomainError) || error instanceof ServiceUnavailable) {
        await this.invalidate(keys);
        setTimeout(() => void this.invalidate(keys), UNDER_WAY).unref();
      }
      throw error;
    }
  }

  /** Empties `keys` on both levels. Never fails: what Redis cannot be told now, it is told when it is back. */
  async invalidate(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    for (;;) {
      this.memory.forget(keys);
      try {
        await this.slots.empty(keys);
        // Redis may answer this before it tells other processes; what it answers next comes after that.
        if (!this.connection.isCluster) await this.connection.check();
        return;
      } catch (error) {
        this.trust.failed(error);
      }
      if (this.trust.lostFor > PATIENCE) break;
      await sleep(PAUSE);
    }
    this.trust.owe(keys);
  }

  close(): void {
    this.trust.close();
    this.connection.off('invalidated', this.changed);
  }

  private readonly changed = (key: string | null): void => {
    if (key === null || key === this.slots.generationKey) this.memory.clear();
    else this.memory.forget([key]);
  };

  /**
   * The end of this turn of the event loop: by then all is read that had come in before the turn began. A request and
   * the change that its sender knows of may come in on two connections in one turn, in any order.
   */
  private turn(): Promise<void> {
    this.thisTurn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.thisTurn = undefined;
        resolve();
      });
    });
    return this.thisTurn;
  }

  private async lookInRedis(keys: readonly string[], { values, missing }: Look): Promise<boolean> {
    const reading = this.memory.read();
    try {
      for (const [key, slot] of await this.slots.read(keys)) {
        if ('right' in slot) missing.set(key, slot.right);
        else {
          values.set(key, slot.value);
          // A cluster does not tell what was changed.
          if (!this.connection.isCluster) reading.keep(key, slot.value);
        }
      }
      return this.trust.believed;
    } catch (error) {
      this.trust.failed(error);
      return false;
    } finally {
      reading.end();
    }
  }

  private async loadAndFill(
    keys: readonly string[],
    rights: ReadonlyMap<string, Right>,
    load: Load,
  ): ReturnType<Load> {
    const values = load(keys);
    for (const key of keys) {
      const right = rights.get(key);
      if (right) this.loads.set(key, { right, values });
    }
    try {
      void this.fill(keys, rights, await values);
    } finally {
      for (const key of keys) if (this.loads.get(key)?.values === values) this.loads.delete(key);
    }
    return new Map(await values);
  }

  private async fill(
    keys: readonly string[],
    rights: ReadonlyMap<string, Right>,
    values: ReadonlyMap<string, Value>,
  ): Promise<void> {
    const entries = keys.flatMap((key) => {
      const right = rights.get(key);
      const value = values.get(key);
      return right === undefined || value === undefined ? [] : [{ key, right, value }];
    });
    if (entries.length > 0)
      await this.slots.fill(entries).catch((error: unknown) => this.trust.failed(error));
  }
}

function isSame(one: Right, other: Right): boolean {
  return one.seen === other.seen && one.generation === other.generation;
}
