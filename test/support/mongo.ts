import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { openMongoAdapters } from '../../src/adapters/mongo/mongo-adapters.js';
import { SCHEMAS } from '../../src/adapters/mongo/mongo-documents.js';
import { migrate } from '../../src/adapters/mongo/mongo-schema.js';
import type { OpenAdapters } from './stores.js';

/** The address of a database of its own on the server that tests may use. */
export function databaseUrl(uri: string, name = `posterr_test_${randomBytes(6).toString('hex')}`): string {
  const url = new URL(uri);
  url.pathname = `/${name}`;
  if (!url.searchParams.has('maxPoolSize')) url.searchParams.set('maxPoolSize', '10');
  return url.href;
}

export interface TestDatabase {
  readonly url: string;
  readonly empty: () => Promise<void>;
  readonly remove: () => Promise<void>;
  /** Leaves the data there. */
  readonly leave: () => Promise<void>;
}

/** A prepared, empty database. */
export async function createDatabase(uri: string): Promise<TestDatabase> {
  const url = databaseUrl(uri);
  const client = await mongo.MongoClient.connect(url);
  await migrate(client.db());
  return {
    url,
    empty: async () => {
      const names = Object.keys(SCHEMAS).filter((name) => name !== 'meta');
      await Promise.all(names.map((name) => client.db().collection(name).deleteMany({})));
    },
    leave: () => client.close(),
    remove: async () => {
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

/** Opens the adapters on one database, emptied each time: to create one takes much longer. */
export function mongoOpener(uri: string): OpenAdapters {
  const database = createDatabase(uri);
  afterAll(async () => (await database).remove());
  return async (ids, clock) => {
    const { url, empty } = await database;
    await empty();
    // Tests ask for more at once than a development server can do in a second.
    const adapters = openMongoAdapters({ url, timeoutMs: 20_000 }, ids, clock, false);
    await adapters.start();
    return adapters;
  };
}
