import { LRUCache } from 'lru-cache';
import type { Value } from './redis-slots.js';

/** Longest time that a value stays, in ms. */
const TTL = 30_000;

/** One reading of Redis under way: what it brings may be kept unless it was changed meanwhile. */
export interface Reading {
  /** Keeps a value that this reading brought, and ends with it. */
  keep(key: string, value: Value): void;
  end(): void;
}

/**
 * The level in the process. It holds only what Redis gave over a connection on which Redis tells of every change of what
 * it gave; a change may be told before the value that it concerns has come out of the promises it travels in, hence `Reading`.
 */
export class MemoryLevel {
  private readonly entries: LRUCache<string, Value>;
  private readonly readings = new Set<{ changed: Set<string>; everything: boolean }>();

  constructor(entries: number) {
    this.entries = new LRUCache({ max: entries, ttl: TTL });
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  get(key: string): Value | undefined {
    return this.entries.get(key);
  }

  /** To be called before Redis is asked. */
  read(): Reading {
    const reading = { changed: new Set<string>(), everything: false };
    this.readings.add(reading);
    return {
      keep: (key, value) => {
        if (!reading.everything && !reading.changed.has(key)) this.entries.set(key, value);
      },
      end: () => void this.readings.delete(reading),
    };
  }

  forget(keys: Iterable<string>): void {
    for (const key of keys) {
      this.entries.delete(key);
      for (const { changed } of this.readings) changed.add(key);
    }
  }

  clear(): void {
    this.entries.clear();
    for (const reading of this.readings) reading.everything = true;
  }
}
