import { describeWith, mongoUri } from '../../../test/support/engines.js';
import { databaseUrl } from '../../../test/support/mongo.js';
import { MongoDatabase } from './mongo-database.js';
import { migrateMongo } from './mongo-schema.js';

const start = async (url: string): Promise<string> => {
  const db = new MongoDatabase({ url, timeoutMs: 1_500 });
  try {
    await db.start();
    return 'started';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await db.close();
  }
};

describeWith('MongoDB', 'the start on MongoDB', () => {
  it('says in one line what to do about a database that is not prepared, and works after that', async () => {
    const url = databaseUrl(mongoUri ?? '');
    const name = new URL(url).pathname.slice(1);
    const { host } = new URL(url);
    expect(await start(url)).toBe(
      `The database ${name} at ${host} is not prepared. Run "npm run migrate" with this version of Posterr first.`,
    );
    await migrateMongo(url);
    await migrateMongo(url);
    expect(await start(url)).toBe('started');
    const db = new MongoDatabase({ url, timeoutMs: 1_500 });
    await db.collection('meta').updateOne({ _id: 'schema' }, { $set: { value: 99 } });
    expect(await start(url)).toContain('has schema 99, not 1');
    await expect(migrateMongo(url)).rejects.toThrow(
      'The database has schema 99, but this Posterr knows schemas up to 1',
    );
    await db.db.dropDatabase();
    await db.close();
  });

  it('says that a database cannot be reached, and no secret', async () => {
    const message = await start('mongodb://user:secret@127.0.0.1:1/posterr');
    expect(message).toMatch(/^MongoDB cannot be reached: [^\n]*127\.0\.0\.1:1[^\n]* See DATABASE_URL\.$/);
    expect(message).not.toContain('secret');
  });
});
