import { createHash } from 'node:crypto';
import { type Hits, RequestCounter } from '../../shared/request-counter.js';
import { type RedisConnection, RedisUnavailable, script } from './redis-connection.js';

const count = script(`
  local hits = redis.call('INCR', KEYS[1])
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 then
    left = tonumber(ARGV[1])
    redis.call('PEXPIRE', KEYS[1], left)
  end
  return {hits, left}`);

/** One count for all processes, by one script call for each hit. While Redis is away, each process counts for itself. */
export class RedisRequestCounter extends RequestCounter {
  constructor(
    private readonly connection: RedisConnection,
    private readonly fallback: RequestCounter,
  ) {
    super();
  }

  async hit(key: string, windowMs: number): Promise<Hits> {
    // Strangers choose what they are counted by: a digest bounds its length.
    const name = `posterr:hits:${createHash('sha1').update(key).digest('base64url')}`;
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
