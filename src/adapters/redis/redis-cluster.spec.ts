import { Logger } from '@nestjs/common';
import slotOf from 'cluster-key-slot';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  describeWith,
  type RedisCluster,
  startRedis,
  startRedisCluster,
} from '../../../test/support/engines.js';
import { redisCli } from '../../../test/support/redis-process.js';
import { RedisConnection, RedisUnavailable, script } from './redis-connection.js';

const TIMEOUT = 300;
const KEYS = Array.from({ length: 300 }, (_, n) => `posterr:{${n}}`);
/** As `redis-cli --cluster create` deals the slots out. */
const nodeOf = (key: string): number => Math.floor(slotOf(key) / 5_461);
const keysOf = (node: number): string[] => KEYS.filter((key) => nodeOf(key) === node);

describeWith('redis-server', 'the connection to a Redis Cluster', () => {
  let cluster: RedisCluster;
  const connections: RedisConnection[] = [];
  const open = (): { connection: RedisConnection; events: unknown[] } => {
    const connection = new RedisConnection({ urls: cluster.urls, timeoutMs: TIMEOUT });
    connections.push(connection);
    const events: unknown[] = [];
    connection.on('available', () => events.push('available'));
    connection.on('unavailable', () => events.push('unavailable'));
    connection.on('invalidated', (key) => events.push(key));
    connection.start();
    return { connection, events };
  };
  const until = async (holds: () => boolean | Promise<boolean>, ms: number): Promise<void> => {
    const late = performance.now() + ms;
    while (!(await holds())) {
      if (performance.now() > late) throw new Error(`It did not happen within ${ms} ms.`);
      await sleep(20);
    }
  };
  const opened = async (): Promise<ReturnType<typeof open>> => {
    const one = open();
    await until(() => one.connection.isAvailable, 3_000);
    return one;
  };
  const serves = async (connection: RedisConnection, key: string): Promise<boolean> => {
    try {
      return (await connection.run((send) => send(key, 'SET', key, key))) === 'OK';
    } catch (error) {
      if (error instanceof RedisUnavailable) return false;
      throw error;
    }
  };
  const servesAll = async (connection: RedisConnection): Promise<boolean> => {
    for (const node of [0, 1, 2]) if (!(await serves(connection, keysOf(node)[0]!))) return false;
    return true;
  };
  /** What is served of the keys of each node, and the longest time that one took, when all are asked for many times. */
  const ask = async (connection: RedisConnection): Promise<{ served: number; longest: number }[]> =>
    Promise.all(
      [0, 1, 2].map(async (node) => {
        let [served, longest] = [0, 0];
        for (const key of keysOf(node).slice(0, 50)) {
          const began = performance.now();
          if (await serves(connection, key)) served += 1;
          longest = Math.max(longest, performance.now() - began);
          await sleep(10);
        }
        return { served, longest };
      }),
    );

  beforeAll(async () => {
    Logger.overrideLogger(false);
    // Else no node answers when one is away.
    cluster = await startRedisCluster(['--cluster-require-full-coverage', 'no']);
  });
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  afterAll(() => cluster.stop());

  it('reaches the keys of all nodes, many at once', async () => {
    const { connection, events } = await opened();
    await connection.run((send) => Promise.all(KEYS.map((key) => send(key, 'SET', key, key))));
    expect(await connection.run((send) => Promise.all(KEYS.map((key) => send(key, 'GET', key))))).toEqual(
      KEYS,
    );
    for (const [index, node] of cluster.nodes.entries()) {
      expect(await node.command('DBSIZE')).toBe(String(keysOf(index).length));
    }
    expect(events).toEqual(['available']);
  });

  it('runs scripts on keys of one slot, first on all nodes at once too', async () => {
    const { connection } = await opened();
    const rename = script(`redis.call('RENAME', KEYS[1], KEYS[2]) return redis.call('GET', KEYS[2])`);
    const names = await connection.run(async (send) => {
      return Promise.all(KEYS.map((key) => rename(send, [key, `${key}:new`], [])));
    });
    expect(names).toEqual(KEYS);
    expect(await serves(connection, 'a')).toBe(true);
  });

  it('serves what other nodes hold when one is killed, at once, and all when it is back', async () => {
    const { connection, events } = await opened();
    await cluster.nodes[1]!.kill();
    try {
      const [first, second, third] = await ask(connection);
      expect([first!.served, second!.served, third!.served]).toEqual([50, 0, 50]);
      for (const { longest } of [first!, second!, third!]) expect(longest).toBeLessThan(TIMEOUT);

      const late = await opened();
      expect((await ask(late.connection)).map(({ served }) => served)).toEqual([50, 0, 50]);
      expect(late.events).toEqual(['available']);
    } finally {
      await cluster.nodes[1]!.restart();
    }
    await until(() => servesAll(connection), 5_000);
    expect(events).toEqual(['available']);
    await cluster.whole();
  });

  it('waits no longer than its time for a frozen node, and not at all for the others', async () => {
    const { connection, events } = await opened();
    cluster.nodes[2]!.freeze();
    try {
      const [first, second, third] = await ask(connection);
      expect([first!.served, second!.served, third!.served]).toEqual([50, 50, 0]);
      for (const { longest } of [first!, second!]) expect(longest).toBeLessThan(TIMEOUT);
      expect(third!.longest).toBeLessThan(TIMEOUT + 200);
    } finally {
      cluster.nodes[2]!.thaw();
    }
    await until(() => servesAll(connection), 5_000);
    expect(events).toEqual(['available']);
    await cluster.whole();
  });

  it('is away when all nodes are, tries until they are back, and tells each change once', async () => {
    const { connection, events } = await opened();
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    const { connection: late, events: lateEvents } = open();
    await until(async () => (await ask(connection), !connection.isAvailable), 3_000);
    await Promise.all(cluster.nodes.map((node) => node.restart()));
    await cluster.whole();
    for (const each of [connection, late]) await until(() => servesAll(each), 5_000);
    expect([events, lateEvents]).toEqual([['available', 'unavailable', 'available'], ['available']]);
  });

  it('follows the slots to a replica when their node is gone for good', async () => {
    const replica = await startRedis({
      args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'],
    });
    try {
      const { connection } = await opened();
      const [first, second] = cluster.nodes;
      const addresses = [replica, second!].map(({ port }) => `127.0.0.1:${port}`);
      const master = await first!.command('CLUSTER', 'MYID');
      await redisCli([
        '--cluster',
        'add-node',
        ...addresses,
        '--cluster-slave',
        '--cluster-master-id',
        master,
      ]);
      await until(async () => (await replica.command('ROLE')).includes('connected'), 10_000);
      await first!.kill();
      await until(() => servesAll(connection), 20_000);
      expect(await replica.command('ROLE')).toMatch(/^master/);
      expect((await ask(connection)).map(({ served }) => served)).toEqual([50, 50, 50]);
    } finally {
      await replica.stop();
    }
  }, 60_000);
});
