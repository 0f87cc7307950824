import { spawn } from 'node:child_process';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisConnection } from '../../src/adapters/redis/redis-connection.js';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

/** A real redis-server that keeps nothing on disk, on `port` or a free one of 127.0.0.1. */
export async function startRedis(port?: number): Promise<TestRedis> {
  const own = port ?? (await freePort());
  const args = ['--port', String(own), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  for (let attempt = 0; !(await answers(own)); attempt += 1) {
    if (attempt === 200) throw new Error('redis-server does not start');
    await sleep(25);
  }
  return {
    url: `redis://127.0.0.1:${own}`,
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
  };
}

/** A connection that serves already. */
export async function connectRedis(urls: readonly string[], timeoutMs = 200): Promise<RedisConnection> {
  const connection = new RedisConnection({ urls, timeoutMs });
  connection.start();
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await connection.check();
      return connection;
    } catch {
      await sleep(25);
    }
  }
  throw new Error('Redis does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
