import type { ThrottlerStorage } from '@nestjs/throttler';
import { SECOND } from '../../shared/clock.js';
import type { RequestCounter } from '../../shared/request-counter.js';

type Hit = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The throttler's storage over the port that counts. Who is over the limit is blocked until the window is over. */
export class CountedThrottlerStorage implements ThrottlerStorage {
  constructor(private readonly counter: RequestCounter) {}

  /** `ttl` is the length of the window in ms; the times of the answer are whole seconds, rounded up. */
  async increment(key: string, ttl: number, limit: number): Promise<Hit> {
    const { count, endsIn } = await this.counter.hit(key, ttl);
    const timeToExpire = Math.ceil(endsIn / SECOND);
    const isBlocked = count > limit;
    return { totalHits: count, timeToExpire, isBlocked, timeToBlockExpire: isBlocked ? timeToExpire : 0 };
  }
}
