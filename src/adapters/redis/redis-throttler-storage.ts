import { hash } from 'node:crypto';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { SECOND } from '../../shared/clock.js';
import { type RedisConnection, RedisUnavailable, script } from './redis-connection.js';

type Hit = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Answers the hits of the window and the ms that are left of it. Nothing in it only reads: Redis would remember that this
 * connection did so, and tell it of every hit that follows.
 */
const count = script(`
  local seconds, micros = unpack(redis.call('TIME'))
  local now = seconds * 1000 + math.floor(micros / 1000)
  local hits = redis.call('HINCRBY', KEYS[1], 'hits', 1)
  local left = redis.call('HINCRBY', KEYS[1], 'endsAt', 0) - now
  if left > 0 then return {hits, left} end
  redis.call('HSET', KEYS[1], 'hits', 1, 'endsAt', now + ARGV[1])
  redis.call('PEXPIREAT', KEYS[1], now + ARGV[1])
  return {1, tonumber(ARGV[1])}`);

/**
 * Counts the hits of all processes together in fixed windows that begin with the first hit, by the time of Redis, in one
 * round trip and constant time. While Redis is not available each process counts for itself, in `fallback`.
 */
export class RedisThrottlerStorage implements ThrottlerStorage {
  constructor(
    private readonly connection: RedisConnection,
    private readonly fallback: ThrottlerStorage,
  ) {}

  /** `ttl` is the length of the window in whole ms; the times of the answer are whole seconds, rounded up. */
  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
  ): Promise<Hit> {
    try {
      const [totalHits, left] = await this.count(key, ttl);
      const timeToExpire = Math.ceil(left / SECOND);
      const isBlocked = totalHits > limit;
      return { totalHits, timeToExpire, isBlocked, timeToBlockExpire: isBlocked ? timeToExpire : 0 };
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      return this.fallback.increment(key, ttl, limit, blockDuration, throttlerName);
    }
  }

  private async count(key: string, ttl: number): Promise<[hits: number, left: number]> {
    // Strangers choose what is in a key, and how long it is.
    const name = `posterr:hits:${hash('sha256', key, 'base64url')}`;
    const counted = await this.connection.run((send) => count(send, [name], [String(ttl)]));
    return counted as [number, number];
  }
}
