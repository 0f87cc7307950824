import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, readConfig } from './config.js';
import { exampleFile } from './config-keys.js';

describe('the configuration', () => {
  it('has a value for everything that is needed', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: './data',
      databaseUrl: 'sqlite:./data/posterr.db',
      databaseTimeoutMs: 1500,
      postsPerDay: 5,
      postMaxLength: 777,
      mentionsPerPost: 10,
      rateLimitPerMinute: 300,
      streamsPerClient: 10,
      adminUsernames: [],
      publicUrl: 'http://localhost:3000',
      corsOrigins: ['*'],
      webApp: false,
      trustedProxies: [],
      logLevel: 'info',
      role: 'all',
      accessTokenSeconds: 900,
      refreshTokenDays: 30,
      signingKeyDays: 90,
      drainSeconds: 0,
    });
  });

  it('is what the environment says, and cannot be changed', () => {
    const config = readConfig({
      PORT: ' 8080 ',
      DATA_DIR: '/var/lib/posterr',
      POSTS_PER_DAY: '0',
      ADMIN_USERNAMES: 'Ada, Grace',
      PUBLIC_URL: 'https://posterr.example/',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
      OIDC_ISSUER: 'https://id.example',
      OIDC_AUDIENCE: 'posterr',
      LOG_LEVEL: '',
      WEB_APP: 'true',
      UNKNOWN: 'x',
    });
    expect(config).toMatchObject({
      port: 8080,
      databaseUrl: 'sqlite:/var/lib/posterr/posterr.db',
      postsPerDay: 0,
      adminUsernames: ['ada', 'grace'],
      publicUrl: 'https://posterr.example',
      trustedProxies: ['10.0.0.0/8', '::1'],
      oidc: { issuer: 'https://id.example', audience: 'posterr' },
      webApp: true,
      logLevel: 'info',
    });
    const parts = [config, config.adminUsernames, config.corsOrigins, config.trustedProxies, config.oidc];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, true, true, true, true]);
  });

  it.each([
    [{ PORT: 'http' }, 'PORT cannot be "http": it must be a whole number from 0 to 65535.'],
    [{ PORT: '65536' }, 'PORT cannot be "65536": it must be a whole number from 0 to 65535.'],
    [{ POSTS_PER_DAY: '-1' }, /^POSTS_PER_DAY cannot be "-1": it must be a whole number/],
    [{ ROLE: 'all of them' }, 'ROLE cannot be "all of them": it must be one of all, api, worker.'],
    [
      { DATABASE_URL: 'postgres://localhost' },
      /^DATABASE_URL cannot be "postgres:.*must be sqlite: .* mongodb:/,
    ],
    [{ REDIS_URL: 'localhost:6379' }, /^REDIS_URL cannot be "localhost:6379": it must be redis:/],
    [{ REDIS_URL: 'http://user:secret@localhost' }, /^REDIS_URL cannot be "http:\/\/\*\*\*@localhost"/],
    [{ DATABASE_URL: 'mongo://user:sec/ret@h' }, /^DATABASE_URL cannot be "mongo:\/\/\*\*\*@h"/],
    [
      { DATABASE_URL_FILE: '/nowhere' },
      'DATABASE_URL_FILE cannot be "/nowhere": it must be a file that can be read.',
    ],
    [
      { REDIS_URL_FILE: 'package.json', REDIS_URL: 'redis://h' },
      'REDIS_URL and REDIS_URL_FILE must not both be given.',
    ],
    [{ KAFKA_BROKERS: 'a:9092' }, /^KAFKA_BROKERS cannot be .*does not support it\.$/],
    [{ ELASTICSEARCH_URL: 'http://a' }, /^ELASTICSEARCH_URL cannot be .*does not support it\.$/],
    [{ TRUSTED_PROXIES: '10.0.0.1,999' }, /^TRUSTED_PROXIES cannot be "10.0.0.1,999"/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES cannot be/],
    [{ TRUSTED_PROXIES: '::1/8/8' }, /^TRUSTED_PROXIES cannot be/],
    [{ ADMIN_USERNAMES: 'no good' }, /^ADMIN_USERNAMES cannot be/],
    [{ PUBLIC_URL: 'posterr.example' }, /^PUBLIC_URL cannot be/],
    [{ CORS_ORIGINS: 'https://a.example/path' }, /^CORS_ORIGINS cannot be/],
    [
      { OIDC_ISSUER: 'https://id.example' },
      'OIDC_ISSUER and OIDC_AUDIENCE must be given together, or neither.',
    ],
    [
      { PORT: 'x', ROLE: 'y', OIDC_AUDIENCE: 'z' },
      /^PORT cannot.*\nROLE cannot.*\nOIDC_ISSUER and OIDC_AUDIENCE must.*$/,
    ],
  ])('cannot be %j', (environment, message) => {
    const reading = (): unknown => readConfig(environment);
    expect(reading).toThrow(ConfigError);
    expect(reading).toThrow(message);
  });

  it('takes the databases from URLs, which may stand in files', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'posterr-')), 'url');
    writeFileSync(file, 'mongodb://posterr:secret@db.example/posterr?replicaSet=rs0\n');
    const config = readConfig({ DATABASE_URL_FILE: file, REDIS_URL: 'redis://a:7000, redis://b:7001' });
    expect(config).toMatchObject({
      databaseUrl: 'mongodb://posterr:secret@db.example/posterr?replicaSet=rs0',
      redis: { urls: ['redis://a:7000', 'redis://b:7001'], timeoutMs: 100 },
    });
  });

  it('is documented in .env.example', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(exampleFile());
  });
});
