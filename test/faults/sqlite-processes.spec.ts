import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openSqliteAdapters } from '../../src/adapters/sqlite/sqlite-adapters.js';
import { dayOf } from '../../src/modules/posts/domain/quota.js';
import type { Id } from '../../src/shared/ids.js';
import { type Position, readPage } from '../../src/shared/page.js';
import { everything, Stores } from '../support/stores.js';

const ROUNDS = 60;

/** Publishes as fast as it can with a clock of its own, and prints what came of it. */
const WRITER = `
  const [url, ahead, author, limited] = process.argv.slice(1);
  const { openSqliteAdapters } = await import('./dist/adapters/sqlite/sqlite-adapters.js');
  const { UuidV7Ids } = await import('./dist/adapters/system/uuid-v7-ids.js');
  const { PostStore } = await import('./dist/modules/posts/posts.ports.js');
  const clock = { now: () => Date.parse('2026-03-25T12:00:00Z') + Number(ahead) };
  const adapters = openSqliteAdapters(url, new UuidV7Ids(clock), clock);
  const posts = adapters.ports.find(([port]) => port === PostStore)[1];
  const publish = (authorId, postsPerDay) =>
    posts.publish({ kind: 'original', authorId, text: 'x', mentionIds: [] }, { postsPerDay, eventsOf: () => [] });
  const counts = { published: 0, refused: 0 };
  for (let n = 0; n < ${ROUNDS}; n += 1) {
    await publish(author, 0);
    await publish(limited, 50).then(() => (counts.published += 1), (error) => {
      if (error.code !== 'quota-exceeded') throw error;
      counts.refused += 1;
    });
  }
  await adapters.close();
  console.log(JSON.stringify(counts));`;

describe('several processes on one SQLite file', () => {
  it('share the quota exactly and publish in an order in which a poll misses nothing, though clocks differ', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'posterr-'));
    const url = `sqlite:${dir}/posterr.db`;
    const stores = await Stores.open(async (ids, clock) => openSqliteAdapters(url, ids, clock));
    try {
      const [author, limited] = [await stores.user('author'), await stores.user('limited')];
      let running = 0;
      const write = async (ahead: number): Promise<{ published: number; refused: number }> => {
        running += 1;
        const args = ['--input-type=module', '-e', WRITER, url, `${ahead}`, author, limited];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        const output = child.stdout.setEncoding('utf8').toArray();
        const [code] = (await once(child, 'exit')) as [number];
        running -= 1;
        expect(code).toBe(0);
        return JSON.parse((await output).join('')) as { published: number; refused: number };
      };
      const writers = Promise.all([0, -60_000, 60_000].map(write));
      const seen: Id[] = [];
      let position: Position | undefined;
      const poll = async (): Promise<number> => {
        const request = { limit: 7, ...(position && { position }) };
        const read = (stretch: Parameters<typeof stores.timelines.all>[0]) => stores.timelines.all(stretch);
        const { items, prev } = await readPage('newest-first', request, read, (id) => id);
        seen.push(...items.toReversed());
        position = prev;
        return items.length;
      };
      // From an empty page on, so that everything is newer.
      expect(await poll()).toBe(0);
      let polledBetween = 0;
      for (let n = 0; n < 20_000 && running > 0; n += 1) {
        polledBetween += await poll();
        await setTimeout(1);
      }
      const counts = await writers;
      for (let found = 1; found > 0;) found = await poll();
      expect(polledBetween).toBeGreaterThan(7);
      expect(counts.reduce((sum, { published }) => sum + published, 0)).toBe(50);
      expect(counts.reduce((sum, { refused }) => sum + refused, 0)).toBe(3 * ROUNDS - 50);
      expect(await stores.posts.usedOn(dayOf(stores.clock.now()), limited)).toBe(50);
      const all = await stores.timelines.all(everything({ newestFirst: false }));
      expect(all).toHaveLength(3 * ROUNDS + 50);
      expect(seen).toEqual(all);
      expect((await stores.users.load([author])).get(author)?.postsCount).toBe(3 * ROUNDS);
    } finally {
      await stores.close();
      rmSync(dir, { recursive: true });
    }
  }, 60_000);

  it('open a new file at the same time', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'posterr-'));
    try {
      const script = `
        const { SqliteDatabase } = await import('./dist/adapters/sqlite/sqlite-database.js');
        new SqliteDatabase(process.argv[1]).close();`;
      const codes = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const args = ['--input-type=module', '-e', script, `sqlite:${dir}/posterr.db`];
          const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
          return ((await once(child, 'exit')) as [number])[0];
        }),
      );
      expect(codes).toEqual([0, 0, 0, 0]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }, 30_000);
});
