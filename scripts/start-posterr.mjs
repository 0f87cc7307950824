// Posterr as a process of its own, for scripts that ask it over HTTP. Expects a build in dist.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = path.join(import.meta.dirname, '../dist/main.js');
const READY_WITHIN_MS = 30_000;

/** Embedded, on the folder `data`, at a free port. Whoever starts it ends the `server`. */
export async function startPosterr(data, environment) {
  const { MONGODB_URI, REDIS_URL, DATABASE_URL, ...inherited } = process.env;
  const server = spawn(process.execPath, [MAIN], {
    cwd: data,
    env: { ...inherited, PORT: '0', DATA_DIR: data, LOG_LEVEL: 'info', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const late = setTimeout(() => server.kill('SIGKILL'), READY_WITHIN_MS);
  for await (const line of createInterface({ input: server.stdout })) {
    const baseUrl = /(http:\/\/[^ "]+)\/v1/.exec(line)?.[1];
    if (baseUrl === undefined) continue;
    clearTimeout(late);
    server.stdout.resume();
    return { server, baseUrl };
  }
  throw new Error('Posterr did not start.');
}
