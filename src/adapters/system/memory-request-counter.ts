import type { Clock } from '../../shared/clock.js';
import { type Hits, RequestCounter } from '../../shared/request-counter.js';

interface Window {
  hits: number;
  /** In ms. */
  readonly endsAt: number;
}

/**
 * Counts hits in fixed windows that begin with the first hit, in constant time and bounded memory. Windows live in
 * two generations: a generation is dropped as a whole once all of its windows are over, or, as an emergency brake,
 * when `maxKeys` newer ones came.
 */
export class MemoryRequestCounter extends RequestCounter {
  private young = new Map<string, Window>();
  private old = new Map<string, Window>();
  /** When every window of `young` will be over, in ms. */
  private youngEndsAt = 0;
  /** The same of `old`. */
  private oldEndsAt = 0;

  constructor(
    private readonly clock: Clock,
    /** Of one generation: twice as many are kept at most. */
    private readonly maxKeys = 100_000,
  ) {
    super();
  }

  /** Windows kept now, those that are over included. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  hit(key: string, windowMs: number): Promise<Hits> {
    const now = this.clock.now();
    const window = this.live(key, now) ?? this.open(key, windowMs, now);
    window.hits += 1;
    return Promise.resolve({ count: window.hits, endsIn: window.endsAt - now });
  }

  private live(key: string, now: number): Window | undefined {
    const window = this.young.get(key) ?? this.old.get(key);
    return window && now < window.endsAt ? window : undefined;
  }

  private open(key: string, ttl: number, now: number): Window {
    if (now >= this.oldEndsAt || this.young.size >= this.maxKeys) {
      this.old = this.young;
      this.oldEndsAt = this.youngEndsAt;
      this.young = new Map();
      this.youngEndsAt = 0;
    }
    const window = { hits: 0, endsAt: now + ttl };
    this.young.set(key, window);
    this.youngEndsAt = Math.max(this.youngEndsAt, window.endsAt);
    return window;
  }
}
