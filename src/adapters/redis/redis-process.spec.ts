import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describeWith, type RedisProcess, startRedis } from '../../../test/support/engines.js';
import { freePort, redisCli } from '../../../test/support/redis-process.js';

/** A process that asks for many keys, as soon as Redis serves but for at most `waitMs`, and ends by itself or not at all. */
const ASKING = `
  const [connectionFile, urls, waitMs] = process.argv.slice(1);
  const { RedisConnection } = await import(connectionFile);
  const connection = new RedisConnection({ urls: urls.split(','), timeoutMs: 1_000 });
  const keys = Array.from({ length: 100 }, (_, n) => 'posterr:' + n);
  connection.start();
  for (const late = Date.now() + Number(waitMs); !connection.isAvailable && Date.now() < late; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  try {
    await connection.run((send) => Promise.all(keys.map((key) => send(key, 'SET', key, '1'))));
    console.log('served');
  } catch (error) {
    console.log(error.message);
  }
  connection.close();
  process.on('exit', () => console.log(Date.now() - closed < 300 ? 'ended' : 'late'));
  const closed = Date.now();
`;
const CONNECTION = pathToFileURL('dist/adapters/redis/redis-connection.js').href;

async function ask(urls: readonly string[], waitMs: number, authorities?: string): Promise<string[]> {
  const args = ['--input-type=module', '-e', ASKING, CONNECTION, urls.join(), String(waitMs)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      ...(authorities !== undefined && { NODE_EXTRA_CA_CERTS: authorities }),
    },
    timeout: 15_000,
    killSignal: 'SIGKILL',
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  // Nest's own log goes to the same place.
  return said.split('\n').filter((line) => /^(served|Redis is not|ended|late)/.test(line));
}

const SERVED = ['served', 'ended'];
const NOT_SERVED = ['Redis is not available.', 'ended'];

describeWith('redis-server', 'a process with Redis ends when it is told to', () => {
  it('served', async () => {
    const redis = await startRedis();
    try {
      expect(await ask([redis.url], 5_000)).toEqual(SERVED);
    } finally {
      await redis.stop();
    }
  });

  it('when Redis was never there', async () => {
    const nowhere = `redis://127.0.0.1:${await freePort()}`;
    expect(await ask([nowhere], 700)).toEqual(NOT_SERVED);
    expect(await ask([nowhere, nowhere], 700)).toEqual(NOT_SERVED);
  });

  it('when Redis takes connections, but never answers', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    try {
      const silent = `redis://127.0.0.1:${address.port}`;
      expect(await ask([silent], 300)).toEqual(NOT_SERVED);
      expect(await ask([silent, silent], 300)).toEqual(NOT_SERVED);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describeWith('redis-server', 'Redis with TLS and passwords', () => {
  const password = 'p:ä/%?#@';
  let folder: string;
  let authority: string;
  const nodes: RedisProcess[] = [];
  const start = async (more: readonly string[] = []): Promise<string> => {
    const port = await freePort();
    const files = ['ca-cert', 'cert', 'key'].map((name) => [`--tls-${name}-file`, path.join(folder, name)]);
    const args = [
      '--port',
      '0',
      '--tls-port',
      String(port),
      '--tls-auth-clients',
      'no',
      ...files.flat(),
      ...more,
    ];
    nodes.push(await startRedis({ port, password, args }));
    return `rediss://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  };

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'posterr-redis-tls-'));
    authority = path.join(folder, 'ca-cert');
    writeFileSync(path.join(folder, 'names'), 'subjectAltName=IP:127.0.0.1');
    const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
    for (const command of [
      `req -x509 ${key} -keyout ca-key -out ca-cert -days 2 -subj /CN=authority`,
      `req ${key} -keyout key -out request -subj /CN=redis`,
      'x509 -req -in request -CA ca-cert -CAkey ca-key -CAcreateserial -out cert -days 2 -extfile names',
    ]) {
      execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'ignore' });
    }
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    rmSync(folder, { recursive: true });
  });

  it('is reached by who trusts its authority and has the password', async () => {
    const url = await start();
    expect(await ask([url], 5_000, authority)).toEqual(SERVED);
    expect(await ask([url], 500)).toEqual(NOT_SERVED);
    expect(await ask([url.replace(/:[^/]*@/, ':wrong@')], 500, authority)).toEqual(NOT_SERVED);
  });

  it('is reached as a cluster, those nodes too that the cluster tells of', async () => {
    const cluster = ['--cluster-enabled', 'yes', '--tls-cluster', 'yes', '--tls-replication', 'yes'];
    const urls = [await start(cluster), await start(cluster), await start(cluster)];
    const hosts = urls.map((url) => new URL(url).host);
    const cli = (...args: string[]): Promise<string> =>
      redisCli(['--tls', '--cacert', authority, ...args], password, 20_000);
    await cli('--cluster', 'create', ...hosts, '--cluster-yes');
    const state = (): Promise<string[]> =>
      Promise.all(hosts.map((host) => cli('-p', host.split(':')[1]!, 'CLUSTER', 'INFO')));
    for (let attempt = 0; !(await state()).every((it) => it.includes('cluster_state:ok')); attempt++) {
      if (attempt === 100) throw new Error('The cluster did not become whole');
    }
    // One of them twice: the other two are found.
    expect(await ask([urls[0]!, urls[0]!], 5_000, authority)).toEqual(SERVED);
    expect(await ask(urls, 5_000, authority)).toEqual(SERVED);
    expect(await ask(urls, 500)).toEqual(NOT_SERVED);
  });
});
