import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import tls from 'node:tls';
import { RedisConnection, script } from '../../src/adapters/redis/redis-connection.js';
import { describeWith } from '../support/engines.js';
import { redisCli, type RedisProcess } from '../support/redis-process.js';
import { makeSecrets } from './compose.js';
import { startShippedRedis } from './shipped.js';

describeWith('redis-server', 'Redis as docker/ configures it', () => {
  let folder: string;
  let redis: RedisProcess;
  let port: number;
  const secret = (name: string) => readFileSync(path.join(folder, name), 'utf8').trim();
  const cli = (user: string, password: string, ...command: string[]) => {
    const options = ['--tls', '--cacert', path.join(folder, 'ca.crt'), '-p', String(port), '--user', user];
    return redisCli([...options, ...command], password);
  };
  const posterr = (...command: string[]) => cli('posterr', secret('redis-password'), ...command);
  const monitor = (...command: string[]) => cli('monitor', secret('redis-monitor-password'), ...command);

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'posterr-redis-tls-'));
    makeSecrets(folder);
    // One more user, to ask what the others may.
    writeFileSync(
      path.join(folder, 'redis-users.acl'),
      `${secret('redis-users.acl')}\nuser test on nopass +acl\n`,
    );
    ({ redis, port } = await startShippedRedis(folder));
  });
  afterAll(async () => {
    await redis?.stop();
    rmSync(folder, { recursive: true });
  });

  it('serves over TLS only, and only who has a password', async () => {
    expect(await posterr('PING')).toBe('PONG');
    expect(await cli('posterr', 'wrong', 'PING')).toContain('NOAUTH');
    expect(await cli('default', 'any', 'PING')).toContain('NOAUTH');
    await expect(redisCli(['-p', String(port), 'PING'])).rejects.toThrow();
    expect(await monitor('PING')).toBe('PONG');
    expect(await monitor('INFO', 'memory')).toContain('maxmemory_human:256.00M');
    expect(await monitor('GET', 'posterr:a')).toContain('NOPERM');
  });

  it('lets Posterr read, write, run scripts and have its keys invalidated', async () => {
    const defaults = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...defaults, secret('ca.crt')]);
    const connection = new RedisConnection({
      urls: [secret('redis-url').replace('@redis:6379', `@localhost:${port}`)],
      timeoutMs: 2_000,
    });
    try {
      connection.start();
      for (let n = 0; n < 100 && !connection.isAvailable; n += 1) {
        await connection.check().catch(() => setTimeout(50));
      }
      const set = script("return redis.call('SET', KEYS[1], ARGV[1], 'PX', 60000)");
      await connection.run((send) => set(send, ['posterr:{a}:b'], ['1']));
      const invalidated = once(connection, 'invalidated', { signal: AbortSignal.timeout(5_000) });
      expect(await connection.run((send) => send('posterr:{a}:b', 'GET', 'posterr:{a}:b'))).toBe('1');
      await posterr('DEL', 'posterr:{a}:b');
      expect(await invalidated).toEqual(['posterr:{a}:b']);
    } finally {
      connection.close();
      tls.setDefaultCACertificates(defaults);
    }
  });

  it('lets Posterr run every command that its source sends', async () => {
    const commands = new Set('XADD XREAD XREADGROUP XACK MULTI EXEC EVALSHA SCRIPT|LOAD INFO'.split(' '));
    for (const file of globSync('src/adapters/redis/*.ts', { exclude: ['**/*.spec.ts'] })) {
      const source = readFileSync(file, 'utf8');
      for (const [, command] of source.matchAll(
        /(?:redis\.p?call\(\s*|\bsend\([^,()]+,\s*)['"]([A-Z]+)['"]/g,
      )) {
        commands.add(command!);
      }
    }
    expect(commands).toContain('GET');
    const refused: string[] = [];
    for (const command of commands) {
      if ((await dryRun(command.split('|'))) !== 'OK') refused.push(command);
    }
    expect(refused).toEqual([]);
  });

  it.each([
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['SCAN', '0'],
    ['CONFIG', 'GET', '*'],
    ['SHUTDOWN'],
    ['ACL', 'LIST'],
    ['CLIENT', 'LIST'],
    ['CLIENT', 'KILL', 'ID', '1'],
    ['SCRIPT', 'FLUSH'],
    ['FUNCTION', 'LIST'],
    ['REPLICAOF', 'localhost', '1'],
    ['MONITOR'],
    ['SUBSCRIBE', 'posterr:a'],
    ['PUBLISH', 'posterr:a', '1'],
    ['SORT', 'posterr:a'],
    ['GET', 'other:a'],
    ['SET', 'other:{posterr}', '1'],
    ['EVAL', "return redis.call('FLUSHALL')", '0'],
    ['EVAL', "return redis.call('GET', 'other:a')", '0'],
  ])('does not let Posterr run %s %s', async (...command) => {
    expect(await posterr(...command)).toMatch(/^NOPERM|The user executing the script can't/);
  });

  /** Asks with more and more arguments, since the number that a command needs is checked before the permission. */
  async function dryRun(command: readonly string[]): Promise<string> {
    let answer = '';
    for (let more = 0; more < 9; more += 1) {
      const args = Array.from({ length: more }, () => '1');
      const keyed = args.map((_, n) => (n === 0 ? 'posterr:{a}' : '1'));
      answer = await cli('test', 'any', 'ACL', 'DRYRUN', 'posterr', ...command, ...keyed);
      if (!/wrong number of arguments/i.test(answer)) break;
    }
    return answer;
  }
});
