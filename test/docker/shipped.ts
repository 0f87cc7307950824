import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort, RedisProcess } from '../support/redis-process.js';
import { compose, readShipped } from './compose.js';

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
  /** Of the door for a shared cache. */
  readonly innerPort: number;
  /** What `caddy` needs to run or judge the configuration. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Caddy's configuration as docker/ has it, for this machine, before processes at `upstreams` (host:port), through a shared
 * cache at `edgePort` if that is given.
 */
export async function shippedCaddy(
  folder: string,
  upstreams: readonly string[],
  edgePort?: number,
): Promise<ShippedCaddy> {
  const [httpPort, httpsPort, innerPort] = [await freePort(), await freePort(), await freePort()];
  const file = path.join(folder, 'Caddyfile');
  const configuration = readShipped('caddy/Caddyfile')
    .replace('http_port 8080', `http_port ${httpPort}\n\tadmin off`)
    .replace('https_port 8443', `https_port ${httpsPort}`)
    .replace('http://:8081', `http://:${innerPort}`)
    .replace('127.0.0.1:6081', `127.0.0.1:${edgePort}`)
    .replaceAll('/run/secrets/', `${folder}/`);
  writeFileSync(file, configuration);
  return {
    httpsPort,
    innerPort,
    options: ['--config', file, '--adapter', 'caddyfile'],
    env: {
      PATH: process.env['PATH'],
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
      API_UPSTREAMS: upstreams.join(' '),
      ...(edgePort !== undefined && { ENTRANCE: 'edge' }),
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

/** The shared cache as docker/ configures it, on this machine, before a server at a port of 127.0.0.1. */
export class ShippedEdge {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** Starts once it can be asked. */
  static async start(folder: string, originPort: number, port?: number): Promise<ShippedEdge> {
    const own = port ?? (await freePort());
    const file = path.join(folder, 'edge.vcl');
    writeFileSync(file, readShipped('edge/edge.vcl').replace('.port = "8081"', `.port = "${originPort}"`));
    const [program = '', ...args] = (compose.services['edge']?.entrypoint ?? []).map((word) =>
      word
        .replace('/var/lib/varnish', folder)
        .replace('/etc/posterr/edge.vcl', file)
        .replace('127.0.0.1:6081', `127.0.0.1:${own}`),
    );
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const edge = new ShippedEdge(child, `http://127.0.0.1:${own}`);
    for (let n = 0; n < 200; n += 1) {
      if (child.exitCode !== null) throw new Error(`Varnish ended: ${said.join('')}`);
      const answer = await fetch(`${edge.url}/health/live`).catch(() => undefined);
      if (answer?.ok) return edge;
      await setTimeout(50);
    }
    await edge.stop();
    throw new Error(`Varnish does not serve: ${said.join('')}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    // It takes its worker along, which SIGKILL would not.
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}
