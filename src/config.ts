import { existsSync, readFileSync } from 'node:fs';
import {
  CONFIG_KEYS,
  SECRET_KEYS,
  type ConfigKey,
  type ConfigKeyName,
  Unusable,
  type UsualConfigKey,
} from './config-keys.js';

/** How this process was told to run: read once from the environment, checked, and never changed. */
export abstract class Config {
  /** TCP port; 0 takes a free one. */
  abstract readonly port: number;
  abstract readonly host: string;
  abstract readonly dataDir: string;
  /** `sqlite:` and the path of the file, `sqlite::memory:`, or `mongodb://...`. */
  abstract readonly databaseUrl: string;
  abstract readonly databaseTimeoutMs: number;
  /** One node, or nodes of a cluster; absent: there is no Redis. */
  abstract readonly redis?: { readonly urls: readonly string[]; readonly timeoutMs: number };
  /** 0: no limit. */
  abstract readonly postsPerDay: number;
  /** Code points of a post's text. */
  abstract readonly postMaxLength: number;
  /** Mentions that are resolved in one text. */
  abstract readonly mentionsPerPost: number;
  /** Requests a minute for each user or address; 0: no limit. */
  abstract readonly rateLimitPerMinute: number;
  /** Open at once at one process, for each user or address; 0: no limit. */
  abstract readonly streamsPerClient: number;
  /** In lower case. */
  abstract readonly adminUsernames: readonly string[];
  /** Where clients reach this service, without a slash at the end. */
  abstract readonly publicUrl: string;
  /** `*`, or origins. */
  abstract readonly corsOrigins: readonly string[];
  /** Whether the web app of examples/web is served at /app. */
  abstract readonly webApp: boolean;
  /** Addresses or networks (CIDR) of proxies whose X-Forwarded-For is believed. */
  abstract readonly trustedProxies: readonly string[];
  abstract readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  abstract readonly role: 'all' | 'api' | 'worker';
  /** An outside OpenID Connect issuer instead of the built-in accounts. */
  abstract readonly oidc?: { readonly issuer: string; readonly audience: string };
  abstract readonly accessTokenSeconds: number;
  abstract readonly refreshTokenDays: number;
  /** A new signing key is made when the newest one is this old. */
  abstract readonly signingKeyDays: number;
  /** Seconds between failing readiness and closing, so that load balancers notice. */
  abstract readonly drainSeconds: number;
}

/** The environment holds what cannot be used: a line for each key, saying what it may be. */
export class ConfigError extends Error {}

/** Adds what `.env` in the working directory says, where there is one, to the environment, which wins. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

type Keys = typeof CONFIG_KEYS;
type Values = {
  [Name in ConfigKeyName]:
    ReturnType<Keys[Name]['read']> | (Keys[Name] extends UsualConfigKey<unknown> ? never : undefined);
};

/** @throws ConfigError */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const values = readValues(environment);
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = values;
  return Object.freeze<Config>({
    port: values.PORT,
    host: values.HOST,
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL ?? `sqlite:${values.DATA_DIR}/posterr.db`,
    databaseTimeoutMs: values.DATABASE_TIMEOUT_MS,
    ...(values.REDIS_URL && {
      redis: Object.freeze({ urls: values.REDIS_URL, timeoutMs: values.REDIS_TIMEOUT_MS }),
    }),
    postsPerDay: values.POSTS_PER_DAY,
    postMaxLength: values.POST_MAX_LENGTH,
    mentionsPerPost: values.MENTIONS_PER_POST,
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE,
    streamsPerClient: values.STREAMS_PER_CLIENT,
    adminUsernames: Object.freeze((values.ADMIN_USERNAMES ?? []).map((name) => name.toLowerCase())),
    publicUrl: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
    corsOrigins: values.CORS_ORIGINS,
    webApp: values.WEB_APP,
    trustedProxies: values.TRUSTED_PROXIES ?? Object.freeze([]),
    logLevel: values.LOG_LEVEL,
    role: values.ROLE,
    ...(issuer !== undefined && audience !== undefined && { oidc: Object.freeze({ issuer, audience }) }),
    accessTokenSeconds: values.ACCESS_TOKEN_SECONDS,
    refreshTokenDays: values.REFRESH_TOKEN_DAYS,
    signingKeyDays: values.SIGNING_KEY_DAYS,
    drainSeconds: values.DRAIN_SECONDS,
  });
}

function readValues(given: Readonly<Record<string, string | undefined>>): Values {
  const faults: string[] = [];
  const environment = withSecretFiles(given, faults);
  const keys = Object.entries<ConfigKey<unknown> & { readonly usual?: string }>(CONFIG_KEYS);
  const values = keys.map(([name, { form, usual, read }]) => {
    const text = environment[name]?.trim() || usual;
    if (text === undefined) return [name, undefined];
    try {
      return [name, read(text)];
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      faults.push(`${name} cannot be ${JSON.stringify(withoutSecret(text))}: it must be ${form}.`);
      return [name, undefined];
    }
  });
  if (!environment['OIDC_ISSUER']?.trim() !== !environment['OIDC_AUDIENCE']?.trim()) {
    faults.push('OIDC_ISSUER and OIDC_AUDIENCE must be given together, or neither.');
  }
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return Object.fromEntries(values) as Values;
}

/** What stands in the file that `<KEY>_FILE` names is the value of the key: secrets need not be in the environment. */
function withSecretFiles(
  given: Readonly<Record<string, string | undefined>>,
  faults: string[],
): Readonly<Record<string, string | undefined>> {
  const environment = { ...given };
  for (const name of SECRET_KEYS) {
    const file = given[`${name}_FILE`]?.trim();
    if (!file) continue;
    if (given[name]?.trim()) faults.push(`${name} and ${name}_FILE must not both be given.`);
    try {
      environment[name] = readFileSync(file, 'utf8').trim();
    } catch {
      faults.push(`${name}_FILE cannot be ${JSON.stringify(file)}: it must be a file that can be read.`);
    }
  }
  return environment;
}

/** A URL without the user and password that it may have. */
function withoutSecret(text: string): string {
  return text.replace(/\/\/.*@/s, '//***@');
}
