import { mongo } from 'mongoose';
import { databaseName } from './mongo-url.js';
import { SCHEMAS } from './mongo-documents.js';

/** Raised with every change of the schema. */
export const SCHEMA_VERSION = 1;

const NAMESPACE_EXISTS = 48;

const CONNECT_TIMEOUT = 10_000;

/** Prepares the database at `url`; answers its name. */
export async function migrateMongo(url: string): Promise<string> {
  const client = new mongo.MongoClient(url, {
    serverSelectionTimeoutMS: CONNECT_TIMEOUT,
    writeConcern: { w: 'majority' },
  });
  try {
    const db = client.db(databaseName(url));
    await migrate(db);
    return db.databaseName;
  } finally {
    await client.close();
  }
}

/** Creates what is missing: collections, validators, indexes. May be repeated, and interrupted. */
export async function migrate(db: mongo.Db): Promise<void> {
  const meta = db.collection<{ _id: string; value: number }>('meta');
  const version = (await meta.findOne({ _id: 'schema' }))?.value ?? 0;
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `The database has schema ${version}, but this Posterr knows schemas up to ${SCHEMA_VERSION}: use a newer one.`,
    );
  }
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const validator = { $jsonSchema: spelledOut(schema.toJSONSchema({ useBsonType: true })) };
    try {
      await db.createCollection(name, { validator });
    } catch (error) {
      if ((error as { code?: unknown }).code !== NAMESPACE_EXISTS) throw error;
      await db.command({ collMod: name, validator });
    }
    const indexes = schema
      .indexes()
      .map(([key, options]) => ({ ...withoutDefaults(options), key }) as mongo.IndexDescription);
    if (indexes.length > 0) await db.collection(name).createIndexes(indexes);
  }
  await meta.updateOne({ _id: 'schema' }, { $set: { value: SCHEMA_VERSION } }, { upsert: true });
}

/** Not every engine that speaks MongoDB's protocol knows the alias `number`. */
function spelledOut(schema: object): object {
  const numbers = ['int', 'long', 'double'];
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'bsonType' && value === 'number' ? numbers : value,
  ) as object;
}

/** Mongoose adds `background`, which MongoDB has given up. */
function withoutDefaults({ background: _, ...options }: object & { background?: boolean }): object {
  return options;
}
