import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { describeWith, mongoUri, redisUrl, startRedis, startRedisCluster, TcpProxy } from './engines.js';
import { freePort, type RedisProcess } from './redis-process.js';

/** A TCP client that keeps what it hears. */
class Line {
  heard = '';
  lost?: Error;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.heard += chunk.toString()));
    socket.on('error', (error) => (this.lost = error));
  }

  static async to(port: number): Promise<Line> {
    const line = new Line(connect(port, '127.0.0.1'));
    await once(line.socket, 'connect');
    return line;
  }

  /** What comes within `ms` of saying `words`. */
  async ask(words: string, ms: number): Promise<string> {
    this.heard = '';
    this.socket.write(words);
    await eventually(() => this.heard !== '', ms);
    return this.heard;
  }

  async gone(): Promise<boolean> {
    return eventually(() => this.socket.closed, 2_000);
  }
}

async function eventually(condition: () => boolean, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms && !condition(); waited += 10) await setTimeout(10);
  return condition();
}

describeWith('Redis', 'The Redis of the run', () => {
  it('answers', async () => {
    const { hostname, port } = new URL(redisUrl!);
    const socket = connect(Number(port || 6379), hostname);
    await once(socket, 'connect');
    socket.destroy();
  });
});

describeWith('MongoDB', 'The MongoDB of the run', () => {
  it('has an address', () => expect(mongoUri).toMatch(/^mongodb(\+srv)?:\/\//));
});

describeWith('redis-server', "A Redis of one's own", () => {
  let redis: RedisProcess;
  beforeAll(async () => (redis = await startRedis({ args: ['--maxmemory', '10mb'] })));
  afterAll(() => redis.stop());

  it('takes commands and arguments, and tells of errors', async () => {
    await redis.command('SET', 'a', 'b');
    expect(await redis.command('GET', 'a')).toBe('b');
    expect(await redis.command('CONFIG', 'GET', 'maxmemory')).toBe('maxmemory\n10485760');
    await expect(redis.command('GET')).rejects.toThrow('wrong number of arguments');
    await redis.flushAll();
    expect(await redis.command('DBSIZE')).toBe('0');
  });

  it('is silent while it is frozen', async () => {
    const line = await Line.to(redis.port);
    expect(await line.ask('PING\r\n', 2_000)).toBe('+PONG\r\n');
    redis.freeze();
    expect(await line.ask('PING\r\n', 200)).toBe('');
    redis.thaw();
    expect(await eventually(() => line.heard === '+PONG\r\n', 2_000)).toBe(true);
    line.socket.destroy();
  });

  it('is killed, frozen too, and comes back empty at its port', async () => {
    await redis.command('SET', 'a', 'b');
    const line = await Line.to(redis.port);
    redis.freeze();
    await redis.kill();
    expect(await line.gone()).toBe(true);
    await expect(Line.to(redis.port)).rejects.toThrow('ECONNREFUSED');
    expect(() => redis.freeze()).toThrow('does not run');
    await redis.restart();
    expect(await redis.command('DBSIZE')).toBe('0');
  });

  it('asks for its password', async () => {
    const closed = await startRedis({ password: 'a secret/@' });
    try {
      expect(closed.url).toBe(`redis://:a%20secret%2F%40@127.0.0.1:${closed.port}`);
      expect(await closed.command('PING')).toBe('PONG');
      const line = await Line.to(closed.port);
      expect(await line.ask('PING\r\n', 2_000)).toContain('NOAUTH');
      line.socket.destroy();
    } finally {
      await closed.stop();
    }
  });

  it('says why it does not start', async () => {
    await expect(startRedis({ port: redis.port })).rejects.toThrow('in use');
  });
});

describeWith('redis-server', "A cluster of one's own", () => {
  it('serves all slots, and again after a node was away', async () => {
    const cluster = await startRedisCluster();
    try {
      const [one] = cluster.nodes;
      expect(await one!.command('CLUSTER', 'INFO')).toMatch(/cluster_known_nodes:3[^]*cluster_size:3/);
      const replies = await Promise.allSettled(cluster.nodes.map((node) => node.command('SET', 'a', 'b')));
      expect(replies.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await one!.kill();
      await one!.restart();
      await cluster.whole();
      expect(await one!.command('CLUSTER', 'INFO')).toMatch(/cluster_known_nodes:3[^]*cluster_size:3/);
    } finally {
      await cluster.stop();
    }
  });
});

describe('A TCP proxy', () => {
  let echo: Server;
  let proxy: TcpProxy;
  const accepted = new Set<Socket>();
  beforeAll(async () => {
    echo = createServer((socket) => {
      accepted.add(socket);
      // The proxy resets it: what the tests see at the other end.
      socket.on('error', () => undefined);
      socket.on('close', () => accepted.delete(socket));
      socket.pipe(socket);
    });
    const port = await freePort();
    echo.listen(port, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await TcpProxy.start(port);
  });
  afterAll(async () => {
    await proxy.close();
    echo.close();
    await once(echo, 'close');
  });

  it('forwards both ways, much of it, and the end', async () => {
    const line = await Line.to(proxy.port);
    const much = 'x'.repeat(1_000_000);
    line.socket.end(much);
    expect(await line.gone()).toBe(true);
    expect(line.heard).toHaveLength(much.length);
    expect(line.lost).toBeUndefined();
    expect(await eventually(() => accepted.size === 0, 2_000)).toBe(true);
  });

  it('holds everything back while it is paused, new connections and ends too', async () => {
    const old = await Line.to(proxy.port);
    const ending = await Line.to(proxy.port);
    expect(await old.ask('a', 2_000)).toBe('a');
    expect(await ending.ask('a', 2_000)).toBe('a');
    proxy.pause();
    const young = await Line.to(proxy.port);
    ending.socket.end();
    expect(await Promise.all([old.ask('b', 200), young.ask('c', 200)])).toEqual(['', '']);
    expect(ending.socket.closed).toBe(false);
    proxy.resume();
    expect(await eventually(() => old.heard === 'b' && young.heard === 'c', 2_000)).toBe(true);
    expect(await ending.gone()).toBe(true);
    expect(await old.ask('d', 2_000)).toBe('d');
    for (const { socket } of [old, young]) socket.destroy();
  });

  it('resets and refuses when it is cut, also while it is paused, until it is restored', async () => {
    const line = await Line.to(proxy.port);
    await line.ask('a', 2_000);
    proxy.pause();
    await proxy.cut();
    expect(await line.gone()).toBe(true);
    expect(line.lost?.message).toContain('ECONNRESET');
    await expect(Line.to(proxy.port)).rejects.toThrow('ECONNREFUSED');
    proxy.resume();
    await proxy.restore();
    const next = await Line.to(proxy.port);
    expect(await next.ask('b', 2_000)).toBe('b');
    next.socket.destroy();
  });

  it('resets the client when the server is lost or away', async () => {
    const line = await Line.to(proxy.port);
    await line.ask('a', 2_000);
    for (const socket of accepted) socket.resetAndDestroy();
    expect(await line.gone()).toBe(true);
    expect(line.lost?.message).toContain('ECONNRESET');

    const nowhere = await TcpProxy.start(await freePort());
    const lonely = await Line.to(nowhere.port);
    expect(await lonely.gone()).toBe(true);
    await nowhere.close();
  });
});
