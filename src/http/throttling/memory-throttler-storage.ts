import type { ThrottlerStorage } from '@nestjs/throttler';
import { type Clock, SECOND } from '../../shared/clock.js';

type Hit = Awaited<ReturnType<ThrottlerStorage['increment']>>;

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
export class MemoryThrottlerStorage implements ThrottlerStorage {
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
  ) {}

  /** Windows kept now, those that are over included. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  /** `ttl` is the length of the window in ms; the times of the answer are whole seconds, rounded up. */
  increment(key: string, ttl: number, limit: number): Promise<Hit> {
    const now = this.clock.now();
    const window = this.live(key, now) ?? this.open(key, ttl, now);
    window.hits += 1;
    const timeToExpire = Math.ceil((window.endsAt - now) / SECOND);
    const isBlocked = window.hits > limit;
    return Promise.resolve({
      totalHits: window.hits,
      timeToExpire,
      isBlocked,
      timeToBlockExpire: isBlocked ? timeToExpire : 0,
    });
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
