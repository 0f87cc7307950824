import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compose, makeSecrets } from './compose.js';

describe('docker/make-secrets.sh', () => {
  let folder: string;
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  const certificate = (name: string) => new X509Certificate(read(name));
  const all = () => Object.fromEntries(readdirSync(folder).map((name) => [name, read(name)]));
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'posterr-secrets-'));
    makeSecrets(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes every secret that compose.yml names, closed to others, and the key of the authority to all', () => {
    const files = Object.values(compose.secrets).map(({ file }) => path.basename(file));
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(files));
    expect(files).not.toContain('ca.key');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(folder, 'ca.key')).mode & 0o777).toBe(0o600);
    for (const name of [
      'mongo-root-password',
      'mongo-password',
      'redis-password',
      'redis-monitor-password',
    ]) {
      expect(read(name)).toMatch(/^[0-9a-f]{48}\n$/);
    }
  });

  it('makes certificates of its authority for the names of the services', () => {
    const authority = certificate('ca.crt');
    for (const name of ['mongo.crt', 'mongo.pem', 'redis.crt', 'tls.crt']) {
      expect(certificate(name).verify(authority.publicKey)).toBe(true);
    }
    for (const host of ['mongo1', 'mongo2', 'mongo3'])
      expect(certificate('mongo.pem').checkHost(host)).toBe(host);
    expect(certificate('redis.crt').checkHost('redis')).toBe('redis');
    expect(certificate('tls.crt').checkHost('localhost')).toBe('localhost');
  });

  it('writes URLs that carry the passwords, and digests of them for Redis', () => {
    const database = new URL(
      read('database-url')
        .trim()
        .replace(/,[^/]*/, ''),
    );
    expect(database).toMatchObject({ protocol: 'mongodb:', username: 'posterr', pathname: '/posterr' });
    expect(database.password).toBe(read('mongo-password').trim());
    expect(read('migrate-url')).toContain(
      `posterr-migrate:${read('mongo-migrate-password').trim()}@mongo1:27017,mongo2`,
    );
    expect(read('redis-url')).toBe(`rediss://posterr:${read('redis-password').trim()}@redis:6379\n`);
    expect(read('redis-users.acl')).toMatch(
      /^user default off\nuser posterr on #[0-9a-f]{64} .*\nuser monitor on #[0-9a-f]{64} /,
    );
  });

  it('changes nothing when it is repeated', () => {
    const before = all();
    makeSecrets(folder);
    expect(all()).toEqual(before);
  });

  it('makes another certificate of the site for other names, keeps these, and all else', () => {
    const { 'tls.crt': _crt, 'tls.key': _key, 'tls-names': _names, ...before } = all();
    makeSecrets(folder, 'posterr.example.org', '192.0.2.7', '2001:db8::7');
    const site = certificate('tls.crt');
    expect(site.subjectAltName).toBe(
      'DNS:posterr.example.org, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7',
    );
    expect(all()).toMatchObject(before);
    makeSecrets(folder);
    expect(certificate('tls.crt').fingerprint256).toBe(site.fingerprint256);
  });

  it('leaves a certificate from elsewhere alone', () => {
    const other = mkdtempSync(path.join(tmpdir(), 'posterr-secrets-'));
    makeSecrets(other);
    writeFileSync(path.join(folder, 'tls.crt'), readFileSync(path.join(other, 'tls.crt')));
    rmSync(other, { recursive: true });
    const before = all();
    makeSecrets(folder, 'posterr.example.org');
    expect(all()).toEqual(before);
  });
});
