import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { RedisCluster } from './redis-cluster.js';
import { type RedisOptions, RedisProcess } from './redis-process.js';

export { type RedisCluster } from './redis-cluster.js';
export { type RedisOptions, type RedisProcess } from './redis-process.js';
export { TcpProxy } from './tcp-proxy.js';

// What test/engines.mjs found, or started, before all tests.

/** A replica set for all tests of the run: each takes databases of its own. */
export const mongoUri: string | undefined = process.env['MONGODB_URI'] || (await startedMongo());

/** A Redis for all tests of the run: each takes keys of its own, and never flushes it. */
export const redisUrl: string | undefined = process.env['REDIS_URL'] || undefined;

/** The program of a browser. */
export const chromiumPath: string | undefined = process.env['CHROMIUM'] || undefined;

/** `redis-server` and `varnishd` are programs, for tests that start and stop their own. */
export type Engine = 'MongoDB' | 'Redis' | 'redis-server' | 'varnishd' | 'Chromium';

const present: Record<Engine, boolean> = {
  MongoDB: mongoUri !== undefined,
  Redis: redisUrl !== undefined,
  'redis-server': process.env['ENGINES_REDIS_SERVER'] === 'yes',
  varnishd: process.env['ENGINES_VARNISHD'] === 'yes',
  Chromium: chromiumPath !== undefined,
};

/** `describe` where all the engines are present; elsewhere a suite that is skipped, and says what it misses. */
export function describeWith(needs: Engine | readonly Engine[], name: string, body: () => void): void {
  const missing = [needs].flat().filter((engine) => !present[engine]);
  if (missing.length === 0) describe(name, body);
  else describe.skip(`${name} (skipped: no ${missing.join(', no ')})`, body);
}

/** A Redis of one's own, to be stopped by its `stop()`. */
export function startRedis(options?: RedisOptions): Promise<RedisProcess> {
  return RedisProcess.start(options);
}

/** A cluster of three of one's own, to be stopped by its `stop()`. */
export function startRedisCluster(args?: readonly string[]): Promise<RedisCluster> {
  return RedisCluster.start(args);
}

/** Jest's main process starts mongod when it is first asked for: no run waits for it in vain. */
async function startedMongo(): Promise<string | undefined> {
  const port = process.env['ENGINES_MONGOD_PORT'];
  if (port === undefined) return undefined;
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const answer = await text(socket);
  if (!answer.startsWith('mongodb://')) throw new Error(`mongod did not start: ${answer}`);
  return answer;
}
