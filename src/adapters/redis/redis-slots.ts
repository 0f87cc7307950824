import { randomInt, randomUUID } from 'node:crypto';
import { type RedisConnection, script, type Send } from './redis-connection.js';

/** What can be cached: what JSON can hold, and never changed. */
export type Value = object | string | number | boolean;

/** What a slot holds: a value, or a mark that stands for emptiness and is the right to fill it. */
export type Slot = { readonly value: Value } | { readonly right: Right };

/** Allows to fill a slot as long as nothing happened to it since it was read. */
export interface Right {
  readonly generation: string;
  /** What the slot held, to the letter. */
  readonly seen: string;
}

/** How long a value stays, in ms; some up to a fifth shorter, so that what was filled together is not lost together. */
export const VALUE_TTL = 60_000;
/** How long a load may take that fills the slot afterwards, in ms. */
const MARK_TTL = 5_000;

const claim = script(`
  local slots = {}
  for i, key in ipairs(KEYS) do
    local raw = redis.call('GET', key)
    if not raw then
      raw = ARGV[1]
      redis.call('SET', key, raw, 'PX', ARGV[2])
    end
    slots[i] = raw
  end
  return slots`);

const fill = script(`
  for i, key in ipairs(KEYS) do
    if redis.call('GET', key) == ARGV[2 * i] then redis.call('SET', key, ARGV[2 * i + 1], 'PX', ARGV[1]) end
  end`);

/**
 * Values in Redis that are never older than the last time they were emptied. An empty slot holds a mark that was never
 * there before; who fills it must have seen that mark before reading the database, and replaces exactly that mark.
 * So a value that was read before a change, and is late, is refused, however late it is and whatever Redis lost.
 */
export class RedisSlots {
  /** Part of every value: a new one empties all slots. */
  readonly generationKey: string;
  private readonly spread: readonly [string, ...string[]];

  constructor(
    private readonly connection: RedisConnection,
    readonly prefix: string,
  ) {
    this.generationKey = `${prefix}cache-generation`;
    this.spread = [this.generationKey, ...Array.from({ length: 24 }, (_, n) => `${prefix}check:${n}`)];
  }

  /**
   * All of `keys`, in one round trip; a second one marks those that did not exist.
   * @throws RedisUnavailable
   */
  async read(keys: readonly string[]): Promise<Map<string, Slot>> {
    const [generation, ...raws] = await this.get([this.generationKey, ...keys]);
    const absent = keys.filter((_, index) => raws[index] === null);
    const claimed = absent.length === 0 ? [] : await this.claim(absent);
    return new Map(
      keys.map((key, index) => [key, slotOf(raws[index] ?? claimed.shift() ?? '', generation ?? '')]),
    );
  }

  /**
   * Fills the slots that still are as they were when `right` was given.
   * @throws RedisUnavailable
   */
  async fill(entries: readonly { readonly key: string; right: Right; value: unknown }[]): Promise<void> {
    const ttl = String(VALUE_TTL - randomInt(VALUE_TTL / 5));
    const values = entries.map(
      ({ key, right: { generation, seen }, value }) =>
        [key, [seen, `${generation} ${JSON.stringify(value)}`]] as const,
    );
    await this.connection.run((send) =>
      this.together(values, (some) => {
        return fill(send, keysOf(some), [ttl, ...some.flatMap(([, args]) => args)]);
      }),
    );
  }

  /** @throws RedisUnavailable */
  async empty(keys: Iterable<string>): Promise<void> {
    const mark = newMark();
    await this.connection.run((send) =>
      Promise.all(Array.from(keys, (key) => send(key, 'SET', key, mark, 'PX', String(MARK_TTL)))),
    );
  }

  /** @throws RedisUnavailable */
  async emptyAll(): Promise<void> {
    await this.connection.run((send) => send(this.generationKey, 'SET', this.generationKey, randomUUID()));
  }

  /**
   * Asks whether Redis is there; of a cluster, enough keys that every node is asked.
   * @throws RedisUnavailable
   */
  async check(): Promise<void> {
    if (this.connection.isCluster) await this.get(this.spread);
    else await this.connection.check();
  }

  private get(keys: readonly [string, ...string[]]): Promise<(string | null)[]> {
    return this.connection.run(async (send: Send) => {
      if (!this.connection.isCluster) return (await send(keys[0], 'MGET', ...keys)) as (string | null)[];
      return (await Promise.all(keys.map((key) => send(key, 'GET', key)))) as (string | null)[];
    });
  }

  private claim(keys: readonly string[]): Promise<string[]> {
    const args = [newMark(), String(MARK_TTL)];
    const values = keys.map((key) => [key, undefined] as const);
    return this.connection.run(async (send) => {
      const replies = await this.together(values, (some) => claim(send, keysOf(some), args));
      return (replies as string[][]).flat();
    });
  }

  /** One call for all keys; on a cluster, where each key has its own place, one for each, in the same turn. */
  private together<Argument>(
    values: readonly (readonly [string, Argument])[],
    call: (some: readonly (readonly [string, Argument])[]) => Promise<unknown>,
  ): Promise<unknown[]> {
    return Promise.all(this.connection.isCluster ? values.map((value) => call([value])) : [call(values)]);
  }
}

function keysOf(values: readonly (readonly [string, unknown])[]): [string, ...string[]] {
  return values.map(([key]) => key) as [string, ...string[]];
}

function newMark(): string {
  return `!${randomUUID()}`;
}

/** A mark begins with `!`; a value with its generation and a space. One of another generation is as good as a mark. */
function slotOf(raw: string, generation: string): Slot {
  if (raw.startsWith('!') || !raw.startsWith(`${generation} `)) return { right: { generation, seen: raw } };
  return { value: JSON.parse(raw.slice(generation.length + 1)) as Value };
}
