/** How this process was told to run: read once from the environment, checked, and never changed. */
export abstract class Config {
  /** TCP port; 0 takes a free one. */
  abstract readonly port: number;
  abstract readonly host: string;
  abstract readonly dataDir: string;
  /** `sqlite:` and the path of the file, or `sqlite::memory:`. */
  abstract readonly databaseUrl: string;
  /** 0: no limit. */
  abstract readonly postsPerDay: number;
  /** Code points of a post's text. */
  abstract readonly postMaxLength: number;
  /** Mentions that are resolved in one text. */
  abstract readonly mentionsPerPost: number;
  /** Requests a minute for each user or address; 0: no limit. */
  abstract readonly rateLimitPerMinute: number;
  /** In lower case. */
  abstract readonly adminUsernames: readonly string[];
  /** Where clients reach this service, without a slash at the end. */
  abstract readonly publicUrl: string;
  /** `*`, or origins. */
  abstract readonly corsOrigins: readonly string[];
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
