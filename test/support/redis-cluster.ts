import { setTimeout } from 'node:timers/promises';
import { redisCli, RedisProcess } from './redis-process.js';

const JOIN_MS = 20_000;
const SLOTS = 16_384;

/** Three masters that share the slots among them, without replicas. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisProcess[]) {}

  /** Answers when every node serves; takes about three seconds. `args` are more arguments of each redis-server. */
  static async start(args: readonly string[] = []): Promise<RedisCluster> {
    const nodes: RedisProcess[] = [];
    const cluster = new RedisCluster(nodes);
    try {
      const mode = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
      while (nodes.length < 3) nodes.push(await RedisProcess.start({ args: [...mode, ...args] }));
      const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
      await redisCli(['--cluster', 'create', ...hosts, '--cluster-yes'], undefined, JOIN_MS);
      await cluster.whole();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get urls(): string[] {
    return this.nodes.map(({ url }) => url);
  }

  /** Waits until every node says that all slots are served. @throws Error after 20 s */
  async whole(): Promise<void> {
    let states: string[] = [];
    for (let waited = 0; waited < JOIN_MS; waited += 50) {
      states = await Promise.all(this.nodes.map((node) => node.command('CLUSTER', 'INFO')));
      if (states.every((it) => it.includes('cluster_state:ok') && it.includes(`cluster_slots_ok:${SLOTS}`))) {
        return;
      }
      await setTimeout(50);
    }
    throw new Error(`The cluster did not become whole:\n${states.join('\n')}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}
