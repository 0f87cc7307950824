import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly published: JWK;
}

export interface TokenTerms {
  /** ms; by default the present. */
  readonly now?: number;
  readonly header?: Record<string, unknown>;
  /** By default the issuer's newest key. */
  readonly key?: Key;
}

/** A small OpenID Connect issuer on 127.0.0.1: discovery, keys, and tokens for whom it is told. */
export class OidcTestIssuer {
  static readonly audience = 'https://posts.example';

  /** Paths asked for, oldest first. */
  readonly asked: string[] = [];
  /** Accepts connections and answers nothing. */
  silent = false;
  /** What the discovery document says instead. */
  discovery: Record<string, unknown> = {};
  private keys: Key[] = [];
  private server: Server | undefined;
  private port = 0;

  static async start(): Promise<OidcTestIssuer> {
    const issuer = new OidcTestIssuer();
    await issuer.rotateKey();
    await issuer.resume();
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/realms/people`;
  }

  /** Publishes a new key, which signs from now on, and withdraws the old ones. */
  async rotateKey(alg = 'RS256'): Promise<Key> {
    const key = await OidcTestIssuer.makeKey(alg);
    this.keys = [key];
    return key;
  }

  /** A key that the issuer does not publish. */
  static async makeKey(alg: string, kid = crypto.randomUUID() as string): Promise<Key> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    return { kid, alg, privateKey, published: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
  }

  get key(): Key {
    const key = this.keys.at(-1);
    if (!key) throw new Error('The issuer has no key yet.');
    return key;
  }

  /** An access token for 5 minutes; `undefined` leaves a claim out. */
  async token(
    claims: Record<string, unknown>,
    { now = Date.now(), header = {}, key = this.key }: TokenTerms = {},
  ): Promise<string> {
    const seconds = Math.floor(now / 1_000);
    return new SignJWT({
      iss: this.url,
      aud: OidcTestIssuer.audience,
      iat: seconds,
      exp: seconds + 300,
      ...claims,
    })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header })
      .sign(key.privateKey);
  }

  /** Nobody answers at its address any more. */
  async stop(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.server = undefined;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  /** Answers again, at the same address. */
  async resume(): Promise<void> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      this.asked.push(path);
      if (this.silent) return;
      const answer = this.answers()[path];
      response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  private answers(): Record<string, unknown> {
    return {
      '/realms/people/.well-known/openid-configuration': {
        issuer: this.url,
        jwks_uri: `${this.url}/keys`,
        ...this.discovery,
      },
      '/realms/people/keys': { keys: this.keys.map(({ published }) => published) },
    };
  }
}
