import { setTimeout as sleep } from 'node:timers/promises';
import { RedisConnection } from '../../src/adapters/redis/redis-connection.js';

/** A connection that serves already. */
export async function connectRedis(urls: readonly string[], timeoutMs = 200): Promise<RedisConnection> {
  const connection = new RedisConnection({ urls, timeoutMs });
  connection.start();
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await connection.check();
      return connection;
    } catch {
      await sleep(25);
    }
  }
  throw new Error('Redis does not answer');
}
