import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';

// Node runs this file as it is for Jest's globalSetup: it imports no other file, and has only types that can be erased.

const START_MS = 10_000;
const COMMAND_MS = 5_000;

/** How far above its port a Redis listens for the other nodes of its cluster. */
const BUS = 10_000;

/** Redis, and beside it a shell that waits on a pipe: when this process dies, however it does, Redis and its folder go too. */
const GUARDED =
  '(read -r _ <&3 || { kill -KILL $$; rm -rf "$0"; }) > /dev/null 2>&1 & exec redis-server "$@" 2>&1 3<&-';

export interface RedisOptions {
  /** A free one, unless given. */
  readonly port?: number;
  readonly password?: string;
  /** More arguments of redis-server, such as `['--maxmemory', '10mb']`. */
  readonly args?: readonly string[];
}

/** A redis-server of one's own on 127.0.0.1 that keeps nothing on the disk. Needs redis-server 7 on the PATH. */
export class RedisProcess {
  readonly port: number;
  readonly url: string;
  private readonly options: RedisOptions;
  private readonly dir = path.join(tmpdir(), `posterr-redis-${randomUUID()}`);
  private child: ChildProcess | undefined;

  private constructor(port: number, options: RedisOptions) {
    this.port = port;
    this.options = options;
    this.url = `redis://${options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`}127.0.0.1:${port}`;
  }

  /** Answers when it takes connections. @throws Error with what redis-server said when it does not start */
  static async start(options: RedisOptions = {}): Promise<RedisProcess> {
    for (let attempt = 1; ; attempt++) {
      const redis = new RedisProcess(options.port ?? (await freePort()), options);
      try {
        await redis.launch();
        return redis;
      } catch (error) {
        // Somebody else may have been quicker to take the free port.
        if (options.port !== undefined || attempt === 3) throw error;
      }
    }
  }

  /** Ends it for good: to be called in `afterAll` or `finally`, since Jest waits for what still runs. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Ends it at once, frozen or not: clients lose their connections, and all data is gone, until `restart`. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || !isAlive(child)) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** The same port again, empty, whether it runs or not. A node of a cluster is the same node again, unless it was stopped. */
  async restart(): Promise<void> {
    await this.kill();
    await this.launch();
  }

  /** It keeps its connections and takes new ones, but answers nothing, until `thaw`. */
  freeze(): void {
    this.signal('SIGSTOP');
  }

  thaw(): void {
    this.signal('SIGCONT');
  }

  async flushAll(): Promise<void> {
    await this.command('FLUSHALL');
  }

  /** What Redis answers to one command, as text. @throws Error when it answers with an error, or not within 5 s */
  async command(...words: string[]): Promise<string> {
    return redisCli(['-e', '-p', String(this.port), ...words], this.options.password);
  }

  private signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.child?.kill(signal)) throw new Error(`The Redis at ${this.port} does not run`);
  }

  private async launch(): Promise<void> {
    const { options } = this;
    await mkdir(this.dir, { recursive: true });
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.dir];
    args.push('--save', '', '--appendonly', 'no');
    if (options.password !== undefined) args.push('--requirepass', options.password);
    const child = spawn('sh', ['-c', GUARDED, this.dir, ...args, ...(options.args ?? [])], {
      // Redis refuses to start under a locale that is not installed.
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    this.child = child;
    try {
      await ready(child);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }
}

/** Runs redis-cli, and answers what it prints. */
export async function redisCli(
  args: readonly string[],
  password?: string,
  timeout = COMMAND_MS,
): Promise<string> {
  const env = { PATH: process.env['PATH'], ...(password !== undefined && { REDISCLI_AUTH: password }) };
  const run = promisify(execFile)('redis-cli', args, { env, timeout, killSignal: 'SIGKILL' });
  return (await run).stdout.trimEnd();
}

/**
 * A port that nothing listens on, and neither on the one that its cluster bus would have. It lies below the ports that
 * systems give to clients, where one that keeps trying to connect would some day be connected with itself.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(10_000, 10_000 + BUS);
    if ((await isFree(port)) && (await isFree(port + BUS))) return port;
  }
  throw new Error('Found no free port');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function ready(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  const late = setTimeout(() => child.kill('SIGKILL'), START_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      createInterface(child.stdout!).on('line', (line) => {
        if (line.includes('Ready to accept connections')) resolve();
        else if (said.length < 50) said.push(line);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        // A line instead of an end: the guard has nothing to do any more.
        (child.stdio[3] as Writable).end('\n');
        reject(new Error(`redis-server ended with ${code ?? signal}:\n${said.join('\n')}`));
      });
    });
  } finally {
    clearTimeout(late);
  }
}
