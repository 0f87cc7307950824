import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

const MAIN = path.join(import.meta.dirname, '../../dist/main.js');

/** Posterr as its own process, as `npm start` runs it. Needs a build, which Jest makes before all tests. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly output: string[],
  ) {}

  static async start(environment: Record<string, string>): Promise<ServerProcess> {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        POSTS_PER_DAY: '0',
        RATE_LIMIT_PER_MINUTE: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const url = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        output.push(line);
        const address = /serves (http:\S+)\/v1/.exec(line)?.[1];
        if (address) resolve(address);
      });
      child.once('exit', (code) => {
        reject(new Error(`The server ended with ${code}: ${output.join('\n')}`));
      });
    });
    return new ServerProcess(child, url, output);
  }

  /** Ends it at once, whatever it does. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  /** Asks it to stop, and answers its exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    this.child.kill('SIGTERM');
    const [code] = (await Promise.race([
      once(this.child, 'exit'),
      setTimeout(20_000, ['did not stop'], { ref: false }),
    ])) as [number];
    return code;
  }
}
