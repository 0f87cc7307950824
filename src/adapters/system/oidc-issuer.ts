import { Injectable, Logger } from '@nestjs/common';
import {
  createLocalJWKSet,
  type CryptoKey,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { Config } from '../../config.js';
import { OutsideIssuer, type Outsider } from '../../modules/accounts/accounts.ports.js';
import { IssuerUnavailable } from '../../modules/accounts/domain/account.errors.js';
import { Clock, MINUTE, SECOND } from '../../shared/clock.js';

/** The issuer's keys are asked for again when they are so old (ms); older ones serve on while it does not answer. */
const KEYS_KEPT = 10 * MINUTE;

/** The issuer is asked at most so often (ms), whether it answers or not and whatever keys tokens claim. */
const COOL_DOWN = 5 * SECOND;

/** For discovery and keys together (ms). */
const TIMEOUT = 2 * SECOND;

const LONGEST_TOKEN = 8_192;
const LONGEST_SUBJECT = 255;

/** Only signatures that the holder of a public key cannot make. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/** An ID token or access token; RFC 9068 names the latter, many issuers call both JWT or nothing. */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];

/** An issuer found by OpenID Connect Discovery 1.0, with its keys cached. */
@Injectable()
export class OidcIssuer extends OutsideIssuer {
  private readonly logger = new Logger(OidcIssuer.name);
  private readonly issuer: string;
  private readonly audience: string;
  private keys: ReturnType<typeof createLocalJWKSet> | undefined;
  private readAt = Number.NEGATIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;
  private asking: Promise<void> | undefined;

  constructor(
    { oidc }: Config,
    private readonly clock: Clock,
  ) {
    super();
    this.issuer = withoutSlash(oidc?.issuer ?? '');
    this.audience = oidc?.audience ?? '';
  }

  override async identify(token: string): Promise<Outsider | undefined> {
    if (!this.issuer || !this.audience) throw new Error('No outside issuer is configured.');
    if (token.length > LONGEST_TOKEN) return undefined;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, (header, jws) => this.keyFor(header, jws), {
        algorithms: ALGORITHMS,
        issuer: [this.issuer, `${this.issuer}/`],
        audience: this.audience,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: 30,
        currentDate: new Date(this.clock.now()),
      });
      return TYPES.includes(protectedHeader.typ?.toLowerCase()) ? this.outsiderOf(payload) : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private outsiderOf(payload: JWTPayload): Outsider | undefined {
    const { sub, exp, preferred_username: username, nickname, name } = payload;
    // The library checks no more of a subject than that there is one.
    if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT) return undefined;
    if (exp === undefined) return undefined;
    return {
      issuer: this.issuer,
      subject: sub,
      ...(typeof username === 'string' && { preferredUsername: username }),
      ...(typeof nickname === 'string' && { nickname }),
      ...(typeof name === 'string' && { name }),
      expiresAt: exp * SECOND,
    };
  }

  private async keyFor(header: JWSHeaderParameters, jws: FlattenedJWSInput): Promise<CryptoKey> {
    if (this.clock.now() - this.readAt >= KEYS_KEPT) await this.ask();
    if (!this.keys) throw new IssuerUnavailable();
    try {
      return await this.keys(header, jws);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    // Perhaps a new key of the issuer. While it does not answer, nobody can tell.
    await this.ask();
    if (this.readAt < this.askedAt) throw new IssuerUnavailable();
    return this.keys(header, jws);
  }

  private async ask(): Promise<void> {
    if (!this.asking && this.clock.now() - this.askedAt < COOL_DOWN) return;
    this.asking ??= this.read().finally(() => {
      this.asking = undefined;
    });
    await this.asking;
  }

  private async read(): Promise<void> {
    const now = this.clock.now();
    this.askedAt = now;
    try {
      this.keys = createLocalJWKSet(await this.publishedKeys());
      this.readAt = now;
    } catch (error) {
      this.logger.warn(`The keys of ${this.issuer} cannot be read: ${reasonOf(error)}`);
    }
  }

  private async publishedKeys(): Promise<JSONWebKeySet> {
    const signal = AbortSignal.timeout(TIMEOUT);
    const about = await json(new URL(`${this.issuer}/.well-known/openid-configuration`), signal);
    const { issuer, jwks_uri: at } = about as { issuer?: unknown; jwks_uri?: unknown };
    if (typeof issuer !== 'string' || withoutSlash(issuer) !== this.issuer) {
      throw new Error('its discovery document names another issuer');
    }
    const address = new URL(String(at));
    if (address.protocol !== 'https:' && address.protocol !== new URL(this.issuer).protocol) {
      throw new Error('its keys are not at an https address');
    }
    return (await json(address, signal)) as JSONWebKeySet;
  }
}

async function json(address: URL, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(address, { signal, headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${address.href} answered ${answer.status}`);
  return answer.json();
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}

/** What went wrong on the way, such as a refused connection, stands in the cause of the error of `fetch`. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause === undefined
    ? String(error)
    : `${String(error)} (${cause instanceof Error ? cause.message : JSON.stringify(cause)})`;
}
