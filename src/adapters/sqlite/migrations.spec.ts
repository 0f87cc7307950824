import { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrations.js';

describe('migrate', () => {
  const connection = (): DatabaseSync => new DatabaseSync(':memory:');
  const version = (db: DatabaseSync): unknown => db.prepare('PRAGMA user_version').get()?.['user_version'];
  const tables = (db: DatabaseSync): unknown[] =>
    db
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
      .all()
      .map(({ name }) => name);

  it('runs each step once, in order, and only those that are new', () => {
    const db = connection();
    const steps = ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)'];
    migrate(db, steps);
    migrate(db, steps);
    migrate(db, [...steps, 'CREATE TABLE b (x)']);
    expect(db.prepare('SELECT count(*) AS n FROM a').get()).toEqual({ n: 1 });
    expect([tables(db), version(db)]).toEqual([['a', 'b'], 3]);
  });

  it('goes on where it was interrupted, with nothing of a step half done', () => {
    const db = connection();
    const broken = ['CREATE TABLE a (x)', 'CREATE TABLE b (x); INSERT INTO missing VALUES (1)'];
    expect(() => migrate(db, broken)).toThrow('missing');
    expect([tables(db), version(db), db.isTransaction]).toEqual([['a'], 1, false]);
    migrate(db, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']);
    expect([tables(db), version(db)]).toEqual([['a', 'b'], 2]);
  });

  it('refuses a database that is newer than the code', () => {
    const db = connection();
    migrate(db, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']);
    expect(() => migrate(db, ['CREATE TABLE a (x)'])).toThrow(
      'The database is of version 2, but this Posterr knows versions up to 1: start a newer one.',
    );
  });

  it('makes a schema without errors', () => {
    const db = connection();
    migrate(db);
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  });
});
