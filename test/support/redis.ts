import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisConnection } from '../../src/adapters/redis/redis-connection.js';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

/** A real redis-server that keeps nothing on disk, on `port` or a free one of 127.0.0.1. */
export async function startRedis(port?: number, more: readonly string[] = []): Promise<TestRedis> {
  const own = port ?? (await freePort());
  const args = ['--port', String(own), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more];
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

/** A Redis Cluster of three masters. */
export async function startCluster(): Promise<{ urls: readonly string[]; stop(): Promise<void> }> {
  const dir = mkdtempSync(path.join(tmpdir(), 'posterr-cluster-'));
  const nodes: TestRedis[] = [];
  for (const name of ['a', 'b', 'c']) {
    const bus = ['--cluster-port', String(await freePort())];
    const files = ['--dir', dir, '--cluster-config-file', `${name}.conf`];
    nodes.push(await startRedis(undefined, ['--cluster-enabled', 'yes', ...bus, ...files]));
  }
  const urls = nodes.map(({ url }) => url);
  const addresses = urls.map((url) => new URL(url).host);
  const cli = (...args: string[]): string => execFileSync('redis-cli', args, { encoding: 'utf8' });
  cli('--cluster', 'create', ...addresses, '--cluster-yes');
  for (const url of urls) {
    for (let attempt = 0; !cli('-u', url, 'CLUSTER', 'INFO').includes('cluster_state:ok'); attempt += 1) {
      if (attempt === 200) throw new Error('the cluster does not form');
      await sleep(50);
    }
  }
  return {
    urls,
    stop: async () => {
      for (const node of nodes) await node.stop();
      rmSync(dir, { recursive: true });
    },
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
