import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { Config } from '../../config.js';
import {
  AccessTokens,
  type Bearer,
  type PublicKey,
  SecretStore,
} from '../../modules/accounts/accounts.ports.js';
import { isRole, type Role } from '../../modules/accounts/domain/role.js';
import { Clock, SECOND } from '../../shared/clock.js';
import { type Id, isId } from '../../shared/ids.js';
import { ALGORITHM, SigningKeys } from './jose-signing-keys.js';

const AUDIENCE = 'posterr';

/** RFC 9068: no other kind of token can be taken for an access token. */
const TYPE = 'at+jwt';

/** Ours have some 400 characters. */
const LONGEST_TOKEN = 2_048;

/** Access tokens as signed JWTs (RFC 7519, RFC 9068). */
@Injectable()
export class JoseAccessTokens extends AccessTokens {
  private readonly keys: SigningKeys;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    secrets: SecretStore,
  ) {
    super();
    this.keys = new SigningKeys(secrets, clock, {
      keyDays: config.signingKeyDays,
      tokenSeconds: config.accessTokenSeconds,
    });
  }

  override async issue(userId: Id, roles: readonly Role[]): Promise<{ token: string; expiresIn: number }> {
    const key = await this.keys.current();
    const expiresIn = this.config.accessTokenSeconds;
    const issuedAt = Math.floor(this.clock.now() / SECOND);
    const token = await new SignJWT({ roles })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.id })
      .setIssuer(this.config.publicUrl)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + expiresIn)
      .sign(key.signs);
    return { token, expiresIn };
  }

  override async verify(token: string): Promise<Bearer | undefined> {
    if (token.length > LONGEST_TOKEN) return undefined;
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.keyOf(kid), {
        algorithms: [ALGORITHM],
        issuer: this.config.publicUrl,
        audience: AUDIENCE,
        typ: TYPE,
        requiredClaims: ['sub', 'iat', 'exp', 'jti', 'roles'],
        currentDate: new Date(this.clock.now()),
      });
      return bearerOf(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  override publicKeys(): Promise<readonly PublicKey[]> {
    return this.keys.published();
  }

  private async keyOf(kid: string | undefined): Promise<CryptoKey> {
    const key = kid === undefined ? undefined : await this.keys.find(kid);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key.verifies;
  }
}

function bearerOf({ sub, exp, roles }: JWTPayload): Bearer | undefined {
  if (sub === undefined || !isId(sub) || exp === undefined || !Array.isArray(roles)) return undefined;
  return { userId: sub, roles: roles.filter(isRole), expiresAt: exp * SECOND };
}
