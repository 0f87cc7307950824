import { isIP } from 'node:net';

/** A value that cannot be used: `fault` goes on from the key and its value. */
export class Unusable extends Error {}

/** How one environment variable is read. */
export interface ConfigKey<Value> {
  /** What it is, for `.env.example`. */
  readonly doc: string;
  /** What it may be, for people who got it wrong. */
  readonly form: string;
  /** @throws Unusable */
  readonly read: (text: string) => Value;
}

/** One that has a value when the environment has none. */
export interface UsualConfigKey<Value> extends ConfigKey<Value> {
  /** As it would be written. */
  readonly usual: string;
}

const usually = <Value>(usual: string, key: ConfigKey<Value>): UsualConfigKey<Value> => ({ ...key, usual });

const number = (least: number, most: number, usual: number, doc: string): UsualConfigKey<number> => ({
  doc,
  form: `a whole number from ${least} to ${most}`,
  usual: String(usual),
  read: (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new Unusable();
    return value;
  },
});

const oneOf = <const Value extends string>(
  values: readonly Value[],
  usual: Value,
  doc: string,
): UsualConfigKey<Value> => ({
  doc,
  form: `one of ${values.join(', ')}`,
  usual,
  read: (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new Unusable();
    return value;
  },
});

const flag = (usual: 'true' | 'false', doc: string): UsualConfigKey<boolean> => {
  const { read, ...key } = oneOf(['true', 'false'], usual, doc);
  return { ...key, read: (text) => read(text) === 'true' };
};

const list = (
  form: string,
  doc: string,
  allowed: (item: string) => boolean,
): ConfigKey<readonly string[]> => ({
  doc,
  form,
  read: (text) => {
    const items = text.split(',').map((part) => part.trim());
    if (!items.every(allowed)) throw new Unusable();
    return Object.freeze(items);
  },
});

const text = (form: string, doc: string, allowed: RegExp): ConfigKey<string> => ({
  doc,
  form,
  read: (value) => {
    if (!allowed.test(value)) throw new Unusable();
    return value;
  },
});

const webAddress = (doc: string): ConfigKey<string> => ({
  doc,
  form: 'an http or https URL without query',
  read: (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) throw new Unusable();
    return value.replace(/\/+$/, '');
  },
});

const notYet = (technology: string): ConfigKey<never> => ({
  doc: `${technology}. This version does not support it: leave it empty.`,
  form: 'empty, because this version does not support it',
  read: () => {
    throw new Unusable();
  },
});

/** An IP address, or a network such as 10.0.0.0/8. */
function isNetwork(item: string): boolean {
  const [address = '', bits, ...more] = item.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  if (most === undefined || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MOST = 1_000_000_000;

/** Every environment variable that Posterr reads. */
export const CONFIG_KEYS = {
  PORT: number(0, 65_535, 3_000, 'TCP port; 0 takes a free one.'),
  HOST: usually('127.0.0.1', text('an address or a host name', 'Address to listen on.', /^[\w.:-]+$/)),
  DATA_DIR: usually('./data', text('a path', 'Folder of the embedded database.', /^[^\0]+$/)),
  DATABASE_URL: text(
    'sqlite: and a path, sqlite::memory:, or mongodb:// (mongodb+srv://) and a replica set',
    'The database; sqlite:<DATA_DIR>/posterr.db when empty.',
    /^(?:sqlite:[^\0]+|mongodb(?:\+srv)?:\/\/[^\s/]+(?:\/\S*)?)$/,
  ),
  DATABASE_TIMEOUT_MS: number(
    100,
    60_000,
    1_500,
    'Longest time for one operation of a database that is reached over the network; then the answer is 503.',
  ),
  REDIS_URL: list(
    'redis:// or rediss:// and a node; several, separated by commas, are nodes of a Redis Cluster',
    'Redis, for processes that share a database: caches, home timelines, one request limit for all.',
    (node) => URL.canParse(node) && /^rediss?:$/.test(new URL(node).protocol),
  ),
  REDIS_TIMEOUT_MS: number(
    10,
    10_000,
    100,
    'Longest time for one round trip to Redis; what takes longer is done without it.',
  ),
  KAFKA_BROKERS: notYet('Kafka'),
  ELASTICSEARCH_URL: notYet('Elasticsearch'),
  ROLE: oneOf(['all', 'api', 'worker'], 'all', 'What this process does: serve, hand on events, or both.'),
  PUBLIC_URL: webAddress('Where clients reach Posterr; http://localhost:<PORT> when empty.'),
  POSTS_PER_DAY: number(0, MOST, 5, 'Posts of one author on one UTC day; 0: no limit.'),
  POST_MAX_LENGTH: number(1, 10_000, 777, 'Code points of a text.'),
  MENTIONS_PER_POST: number(0, 50, 10, 'Mentions that are resolved in one text.'),
  RATE_LIMIT_PER_MINUTE: number(
    0,
    MOST,
    300,
    'Requests a minute for each user or address; 0: no limit. Those for login and registration scale with it.',
  ),
  STREAMS_PER_CLIENT: number(
    0,
    MOST,
    10,
    'Streams that each user or address may have open at one process; 0: no limit.',
  ),
  ADMIN_USERNAMES: list(
    'usernames, separated by commas',
    'Who gets the role admin when they register or log in. Register these names before you open to the public.',
    (name) => /^[A-Za-z0-9]{1,14}$/.test(name),
  ),
  CORS_ORIGINS: usually(
    '*',
    list(
      '* or origins such as https://example.org, separated by commas',
      'Pages of which origins may read the API.',
      (origin) => /^(?:\*|https?:\/\/[^/,\s]+)$/.test(origin),
    ),
  ),
  WEB_APP: flag('false', 'Serves the web app of examples/web at /app.'),
  TRUSTED_PROXIES: list(
    'addresses or networks such as 10.0.0.0/8, separated by commas',
    'Proxies whose X-Forwarded-For is believed.',
    isNetwork,
  ),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info', 'Least level that is logged.'),
  OIDC_ISSUER: webAddress('An OpenID Connect issuer that keeps the accounts instead of Posterr.'),
  OIDC_AUDIENCE: text('the audience of its access tokens', 'Needed with OIDC_ISSUER.', /^\S+$/),
  ACCESS_TOKEN_SECONDS: number(10, 86_400, 900, 'How long an access token is good.'),
  REFRESH_TOKEN_DAYS: number(1, 3_650, 30, 'How long a refresh token is good.'),
  SIGNING_KEY_DAYS: number(1, 3_650, 90, 'Age at which the signing key is replaced.'),
  DRAIN_SECONDS: number(
    0,
    600,
    0,
    'How long readiness fails before the process closes; behind a load balancer some seconds more than it takes to notice.',
  ),
} as const satisfies Record<string, ConfigKey<unknown>>;

/** Keys whose value may stand in a file. */
export const SECRET_KEYS = ['DATABASE_URL', 'REDIS_URL'] as const satisfies readonly ConfigKeyName[];

export type ConfigKeyName = keyof typeof CONFIG_KEYS;

/** The file `.env.example`. */
export function exampleFile(): string {
  const keys = Object.entries<ConfigKey<unknown> & { readonly usual?: string }>(CONFIG_KEYS);
  const lines = keys.map(
    ([name, { doc, form, usual }]) => `# ${doc}\n# Allowed: ${form}.\n#${name}=${usual ?? ''}\n`,
  );
  const secrets = SECRET_KEYS.map((name) => `${name}_FILE`).join(' and ');
  return `# Copy to .env, and take away the # before what you change. The environment wins over this file.\n# ${secrets} name files that hold the value of the key instead.\n\n${lines.join('\n')}`;
}
