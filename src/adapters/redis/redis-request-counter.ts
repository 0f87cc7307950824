import { hash } from 'node:crypto';
import { type Hits, RequestCounter } from '../../shared/request-counter.js';
import { type RedisConnection, RedisUnavailable, script } from './redis-connection.js';

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

/** One count for all processes, by the time of Redis and one script call for each hit. While Redis is away, each counts for itself. */
export class RedisRequestCounter extends RequestCounter {
  constructor(
    private readonly connection: RedisConnection,
    private readonly fallback: RequestCounter,
  ) {
    super();
  }

  async hit(key: string, windowMs: number): Promise<Hits> {
    // Strangers choose what they are counted by: a digest bounds its length.
    const name = `posterr:hits:${hash('sha256', key, 'base64url')}`;
    try {
      const [hits, endsIn] = (await this.connection.run((send) =>
        count(send, [name], [String(windowMs)]),
      )) as [number, number];
      return { count: hits, endsIn };
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      return this.fallback.hit(key, windowMs);
    }
  }
}
