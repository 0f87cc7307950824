import type { Config } from '../config.js';
import { FanOut } from '../modules/timelines/timelines.ports.js';
import type { Clock } from '../shared/clock.js';
import type { Ids } from '../shared/ids.js';
import { RequestCounter } from '../shared/request-counter.js';
import type { Adapters } from './adapters.js';
import { MemoryRequestCounter } from './system/memory-request-counter.js';

/** The database alone serves timelines. */
const NO_FAN_OUT: FanOut = { push: () => Promise.resolve() };

/** All that the configured technologies plug in. Only their drivers are loaded. */
export async function openStores(config: Config, ids: Ids, clock: Clock): Promise<Adapters> {
  const stores = await openDatabase(config, ids, clock);
  const alone = new MemoryRequestCounter(clock);
  if (!config.redis) {
    return { ...stores, ports: [...stores.ports, [RequestCounter, alone], [FanOut, NO_FAN_OUT]] };
  }
  const { withRedis } = await import('./redis/redis-adapters.js');
  return withRedis(stores, config.redis, { clock, alone, isWorker: config.role !== 'api' });
}

async function openDatabase(
  { databaseUrl, databaseTimeoutMs, role }: Config,
  ids: Ids,
  clock: Clock,
): Promise<Adapters> {
  if (databaseUrl.startsWith('sqlite:')) {
    const { openSqliteAdapters } = await import('./sqlite/sqlite-adapters.js');
    return openSqliteAdapters(databaseUrl, ids, clock);
  }
  const { openMongoAdapters } = await import('./mongo/mongo-adapters.js');
  return openMongoAdapters({ url: databaseUrl, timeoutMs: databaseTimeoutMs }, ids, clock, role !== 'api');
}

/** Brings the configured database to the present schema; may be repeated. Answers what it is, for people. */
export async function migrateDatabase({ databaseUrl }: Config): Promise<string> {
  if (databaseUrl.startsWith('sqlite:')) {
    const { SqliteDatabase } = await import('./sqlite/sqlite-database.js');
    new SqliteDatabase(databaseUrl).close();
    return databaseUrl;
  }
  const { migrateMongo } = await import('./mongo/mongo-schema.js');
  return migrateMongo(databaseUrl);
}
