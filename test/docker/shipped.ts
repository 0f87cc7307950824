import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, RedisProcess } from '../support/redis-process.js';
import { readShipped } from './compose.js';

/** Redis as docker/ configures it, on this machine, with the secrets of a folder. */
export async function startShippedRedis(folder: string): Promise<{ redis: RedisProcess; port: number }> {
  const port = await freePort();
  const configuration = readShipped('redis/redis.conf')
    .replaceAll('/run/secrets/', `${folder}/`)
    .replace('tls-port 6379', `tls-port ${port}`)
    .replace('dir /data', `dir ${folder}`);
  writeFileSync(path.join(folder, 'redis.conf'), configuration);
  const redis = await RedisProcess.start({ port, args: ['--include', path.join(folder, 'redis.conf')] });
  return { redis, port };
}

export interface ShippedCaddy {
  readonly httpsPort: number;
  /** What `caddy` needs to run or judge the configuration. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Caddy's configuration as docker/ has it, for this machine, before processes at `upstreams` (host:port). */
export async function shippedCaddy(folder: string, upstreams: readonly string[]): Promise<ShippedCaddy> {
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const file = path.join(folder, 'Caddyfile');
  const configuration = readShipped('caddy/Caddyfile')
    .replace('http_port 8080', `http_port ${httpPort}\n\tadmin off`)
    .replace('https_port 8443', `https_port ${httpsPort}`)
    .replaceAll('/run/secrets/', `${folder}/`);
  writeFileSync(file, configuration);
  return {
    httpsPort,
    options: ['--config', file, '--adapter', 'caddyfile'],
    env: {
      PATH: process.env['PATH'],
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
      API_UPSTREAMS: upstreams.join(' '),
    },
  };
}

export function runCaddy({ options, env }: ShippedCaddy): ChildProcess {
  return spawn('caddy', ['run', ...options], { env, stdio: 'ignore' });
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
