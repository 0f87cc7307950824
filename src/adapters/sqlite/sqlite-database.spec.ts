import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SqliteDatabase } from './sqlite-database.js';

const INSERT = 'INSERT INTO secrets (id, purpose, value) VALUES (?, ?, ?)';

describe('SqliteDatabase', () => {
  let dir: string;
  let url: string;
  let db: SqliteDatabase;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'posterr-'));
    url = `sqlite:${dir}/new/folder/posterr.db`;
    db = new SqliteDatabase(url);
  });
  afterEach(() => {
    db.close();
    rmSync(dir, { recursive: true });
  });

  const insert = (n: number): void => void db.run(INSERT, new Uint8Array(16).fill(n), 'purpose', `${n}`);
  const values = (from = db): unknown[] =>
    from.all('SELECT value FROM secrets ORDER BY id').map(({ value }) => value);

  it('commits writes of one turn together, and a failing one leaves nothing and harms no other', async () => {
    let commits = 0;
    db.onCommit(() => (commits += 1));
    const failure = new Error('no');
    const results = await Promise.allSettled([
      db.write(() => insert(1)),
      db.write(() => {
        insert(2);
        throw failure;
      }),
      db.write(() => {
        insert(3);
        return 'answer';
      }),
      db.write(() => insert(1)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(results[1]).toMatchObject({ reason: failure });
    expect(results[2]).toMatchObject({ value: 'answer' });
    expect(values()).toEqual(['1', '3']);
    expect(commits).toBe(1);
  });

  it('answers nobody before the commit, and shows nothing of it to another reader', async () => {
    const other = new SqliteDatabase(url);
    const events: unknown[] = [];
    db.onCommit(() => events.push('committed'));
    const write = db.write(() => {
      insert(1);
      events.push(['other sees', ...values(other)]);
    });
    await write.then(() => events.push(['answered', ...values(other)]));
    expect(events).toEqual([['other sees'], 'committed', ['answered', '1']]);
    other.close();
  });

  it('rejects every write of a commit that fails, and goes on after it', async () => {
    const results = await Promise.allSettled([
      db.write(() => insert(1)),
      db.write(() => {
        db.run('PRAGMA defer_foreign_keys = ON');
        db.run('INSERT INTO notification_markers VALUES (?, ?)', new Uint8Array(16), new Uint8Array(16));
      }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(values()).toEqual([]);
    await db.write(() => insert(2));
    expect(values()).toEqual(['2']);
  });

  it('tells everybody the cause when the disk is full, keeps nothing of that commit, and goes on', async () => {
    await db.write(() => insert(1));
    const pages = Number(db.get('PRAGMA page_count')?.['page_count']);
    db.get(`PRAGMA max_page_count = ${pages + 3}`);
    const results = await Promise.allSettled([
      db.write(() => insert(2)),
      db.write(() => db.run(INSERT, new Uint8Array(16).fill(3), 'purpose', 'x'.repeat(1_000_000))),
      db.write(() => insert(4)),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'database or disk is full' } });
    }
    expect(values()).toEqual(['1']);
    await db.write(() => insert(5));
    expect(values()).toEqual(['1', '5']);
  });

  it('writes many more than one commit takes', async () => {
    await Promise.all(Array.from({ length: 250 }, (_, n) => db.write(() => insert(n))));
    expect(values()).toHaveLength(250);
  });

  it('closing commits what waits; a write afterwards rejects', async () => {
    const waiting = db.write(() => insert(1));
    db.close();
    await waiting;
    await expect(db.write(() => insert(2))).rejects.toThrow('not open');
    db = new SqliteDatabase(url);
    expect(values()).toEqual(['1']);
  });

  it('commits durably unless no write of the commit asks for it', async () => {
    const FULL = 2;
    const NORMAL = 1;
    const synchronous = (): unknown => db.get('PRAGMA synchronous')?.['synchronous'];
    const during: unknown[] = [];
    const look = (): unknown => during.push(synchronous());
    expect(synchronous()).toBe(FULL);
    await db.write(look);
    await db.write(look, 'ordered');
    await Promise.all([db.write(look, 'ordered'), db.write(look)]);
    expect(during).toEqual([FULL, NORMAL, FULL, FULL]);
    expect(db.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
  });

  it('waits for another process that writes', async () => {
    const holder = `
      const { DatabaseSync } = await import('node:sqlite');
      const db = new DatabaseSync(process.argv[1]);
      db.exec('BEGIN IMMEDIATE');
      console.log('locked');
      setTimeout(() => db.exec('COMMIT'), 300);`;
    const file = url.slice('sqlite:'.length);
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const begun = performance.now();
    await db.write(() => insert(1));
    expect(performance.now() - begun).toBeGreaterThan(50);
    expect(values()).toEqual(['1']);
    if (child.exitCode === null) await once(child, 'exit');
  });
});
