import { Logger } from '@nestjs/common';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, type RedisProcess, startRedis } from '../../../test/support/engines.js';
import { freePort } from '../../../test/support/redis-process.js';
import { RedisConnection, RedisUnavailable, script, type Send } from './redis-connection.js';

const TIMEOUT = 300;
/** Long enough for a machine that is busy; what is at once takes less, what waits for the time limit more. */
const AT_ONCE = 200;

const get =
  (key: string) =>
  (send: Send): Promise<unknown> =>
    send(key, 'GET', key);

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

async function until(holds: () => boolean, ms = 2_000): Promise<void> {
  const late = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > late) throw new Error(`It did not happen within ${ms} ms.`);
    await sleep(5);
  }
}

describeWith('redis-server', 'the connection to one Redis', () => {
  let redis: RedisProcess;
  let other: RedisConnection;
  const connections: RedisConnection[] = [];
  /** `events` is all that the connection told. */
  const open = (url = redis.url, tracking = true): { connection: RedisConnection; events: unknown[] } => {
    const connection = new RedisConnection({ urls: [url], timeoutMs: TIMEOUT, tracking });
    connections.push(connection);
    const events: unknown[] = [];
    connection.on('available', () => events.push('available'));
    connection.on('unavailable', () => events.push('unavailable'));
    connection.on('invalidated', (key) => events.push(key));
    connection.start();
    return { connection, events };
  };
  const opened = async (url = redis.url, tracking = true): Promise<ReturnType<typeof open>> => {
    const one = open(url, tracking);
    await until(() => one.connection.isAvailable);
    one.events.length = 0;
    return one;
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    redis = await startRedis();
  });
  beforeEach(async () => {
    ({ connection: other } = await opened());
  });
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  afterAll(() => redis.stop());

  it('works without Redis, and with it as soon as it is there', async () => {
    const port = await freePort();
    const { connection, events } = open(`redis://127.0.0.1:${port}`);
    for (let run = 0; run < 10; run++) {
      expect(
        await timed(() => expect(connection.run(get('a'))).rejects.toThrow(RedisUnavailable)),
      ).toBeLessThan(AT_ONCE);
      await sleep(20);
    }
    expect([connection.isAvailable, events]).toEqual([false, []]);
    const late = await startRedis({ port });
    try {
      await until(() => connection.isAvailable);
      expect(await connection.run(get('a'))).toBeNull();
      expect(events).toEqual([null, 'available']);
      expect(connection.silence).toBeLessThan(AT_ONCE);
    } finally {
      await late.stop();
    }
  });

  it('is back by itself when Redis was started again, and tells each change once', async () => {
    const { connection, events } = await opened();
    for (let time = 0; time < 2; time++) {
      await redis.kill();
      await until(() => !connection.isAvailable);
      for (let run = 0; run < 10; run++) await expect(connection.check()).rejects.toThrow(RedisUnavailable);
      await redis.restart();
      await until(() => connection.isAvailable);
      for (let run = 0; run < 10; run++) await connection.check();
    }
    expect(events).toEqual(['unavailable', null, 'available', 'unavailable', null, 'available']);
  });

  it('waits no longer than its time for a frozen Redis, soon not at all, and is back by itself', async () => {
    const { connection, events } = await opened();
    redis.freeze();
    try {
      for (let run = 0; run < 3; run++) {
        expect(connection.isAvailable).toBe(true);
        const waited = await timed(() => expect(connection.run(get('a'))).rejects.toThrow(RedisUnavailable));
        expect(waited).toBeGreaterThan(TIMEOUT - 10);
        expect(waited).toBeLessThan(TIMEOUT + AT_ONCE);
      }
      expect([connection.isAvailable, events]).toEqual([false, ['unavailable']]);
      const silence = connection.silence;
      expect(silence).toBeGreaterThan(3 * TIMEOUT - 30);
      expect(await timed(() => expect(connection.check()).rejects.toThrow(RedisUnavailable))).toBeLessThan(
        AT_ONCE,
      );

      await sleep(500);
      const waits = await Promise.all(
        Array.from({ length: 20 }, () => timed(() => connection.check().catch(() => undefined))),
      );
      expect(waits.filter((waited) => waited > AT_ONCE)).toHaveLength(1);
      expect(connection.silence).toBeGreaterThan(silence + 500);
    } finally {
      redis.thaw();
    }
    const thawed = performance.now();
    while (!connection.isAvailable && performance.now() - thawed < 5_000) {
      await connection.check().catch(() => sleep(10));
    }
    expect(performance.now() - thawed).toBeLessThan(1_000);
    expect(events).toEqual(['unavailable', 'available']);
  });

  it('stays open for others when one command is refused, and closes when all are', async () => {
    const { connection, events } = await opened();
    await connection.run((send) => send('list', 'LPUSH', 'list', '1'));
    for (let run = 0; run < 5; run++) {
      await expect(connection.run(get('list'))).rejects.toThrow(RedisUnavailable);
      expect(await connection.run(get('a'))).toBeNull();
    }
    expect(events).toEqual([]);
    for (let run = 0; run < 3; run++)
      await expect(connection.run(get('list'))).rejects.toThrow(RedisUnavailable);
    expect(events).toEqual(['unavailable']);
  });

  it('sends in one write what is sent in one turn', async () => {
    const { connection } = await opened();
    const reads = async (): Promise<number> => {
      const info = String(await connection.run((send) => send('', 'INFO', 'stats')));
      return Number(/total_reads_processed:(\d+)/.exec(info)?.[1]);
    };
    const before = await reads();
    await connection.run((send) => Promise.all(Array.from({ length: 100 }, (_, n) => get(`k${n}`)(send))));
    await Promise.all(Array.from({ length: 10 }, () => connection.run(get('a'))));
    expect(await reads()).toBe(before + 3);
  });

  it('sends a script once, and again when it was forgotten', async () => {
    const { connection } = await opened();
    const add = script(`return redis.call('INCRBY', KEYS[1], ARGV[1])`);
    for (let sum = 2; sum <= 6; sum += 2) {
      if (sum === 6) await redis.command('SCRIPT', 'FLUSH');
      expect(await connection.run((send) => add(send, ['sum'], ['2']))).toBe(sum);
    }
  });

  it('tells which keys that it has read were changed, and that all may have been', async () => {
    const { connection, events } = await opened();
    const { connection: untold, events: none } = await opened(redis.url, false);
    for (const each of [connection, untold]) await each.run(get('read'));
    await other.run((send) => Promise.all(['read', 'not read'].map((key) => send(key, 'SET', key, '1'))));
    await until(() => events.length > 0);
    await connection.run(get('read'));
    await connection.run((send) => send('own', 'SET', 'own', '1'));
    await redis.flushAll();
    await until(() => events.length > 1);
    await untold.check();
    expect([events, none]).toEqual([['read', null], []]);
  });

  it('tells that any key may have been changed whenever it was connected anew', async () => {
    const { connection, events } = await opened();
    await connection.run(get('a'));
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await until(() => events.length === 3);
    expect(events).toEqual(['unavailable', null, 'available']);
    await connection.run(get('a'));
    await other.run((send) => send('a', 'SET', 'a', '1')).catch(() => undefined);
    await until(() => other.isAvailable);
    await other.run((send) => send('a', 'SET', 'a', '2'));
    await until(() => events.length > 3);
    expect(events.slice(3)).toContain('a');
  });

  it('connects anew when the line is dead and nobody says so', async () => {
    const lines: (readonly [Socket, Socket])[] = [];
    const listener = createServer((client) => {
      const server = connect(Number(new URL(redis.url).port), '127.0.0.1');
      for (const socket of [client, server]) socket.on('error', () => undefined);
      client.pipe(server).pipe(client);
      lines.push([client, server]);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    try {
      const { connection, events } = await opened(`redis://127.0.0.1:${port}`);
      await connection.run(get('a'));
      for (const [client, server] of lines) {
        client.unpipe(server);
        server.unpipe(client);
      }
      const asking = setInterval(() => void connection.check().catch(() => undefined), 50);
      try {
        await until(() => events.length === 3, 9_000);
      } finally {
        clearInterval(asking);
      }
      expect([lines.length, events]).toEqual([2, ['unavailable', null, 'available']]);
    } finally {
      for (const connection of connections) connection.close();
      for (const line of lines) for (const socket of line) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    }
  });

  it('takes users and passwords of all characters, and tries until they are right', async () => {
    const [user, password] = ['an@user', 'p:ä/%?#@ ss'];
    const url = new URL(redis.url);
    Object.assign(url, { username: encodeURIComponent(user), password: encodeURIComponent(password) });
    const { connection } = open(url.href);
    await sleep(300);
    expect(connection.isAvailable).toBe(false);
    const rights = ['~posterr:*', '+@all', '-flushall'];
    await redis.command('ACL', 'SETUSER', user, 'on', `>${password}`, ...rights);
    await until(() => connection.isAvailable);
    await expect(connection.run((send) => send('', 'FLUSHALL'))).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/^NOPERM/) },
    });
    await redis.command('ACL', 'DELUSER', user);
    await until(() => !connection.isAvailable);
  });

  it('tells nothing and does nothing after its end', async () => {
    const { connection, events } = await opened();
    const under = connection.run(get('a'));
    connection.close();
    await expect(under).rejects.toThrow(RedisUnavailable);
    await expect(connection.check()).rejects.toThrow(RedisUnavailable);
    await sleep(700);
    expect([connection.isAvailable, events]).toEqual([false, []]);
    connection.close();
  });
});
