import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSqliteAdapters } from '../../src/adapters/sqlite/sqlite-adapters.js';
import { mongoUri } from './engines.js';
import { mongoOpener } from './mongo.js';
import type { OpenAdapters } from './stores.js';

/** The technologies that every contract is checked on. */
export const ADAPTERS: readonly (readonly [name: string, open: OpenAdapters])[] = [
  ['SQLite in memory', async (ids, clock) => openSqliteAdapters('sqlite::memory:', ids, clock)],
  [
    'SQLite in a file',
    async (ids, clock) => {
      const dir = mkdtempSync(path.join(tmpdir(), 'posterr-'));
      const adapters = openSqliteAdapters(`sqlite:${dir}/posterr.db`, ids, clock);
      return {
        ports: adapters.ports,
        start: () => adapters.start(),
        check: () => adapters.check(),
        close: async () => {
          await adapters.close();
          rmSync(dir, { recursive: true });
        },
      };
    },
  ],
  ...(mongoUri === undefined ? [] : [['MongoDB', mongoOpener(mongoUri)] as const]),
];
