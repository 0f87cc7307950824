import { type Actor, Authenticator } from '../../http/current-user.js';
import { InvalidToken } from '../../http/http-errors.js';
import type { TokenVerifier } from './accounts.ports.js';

/** The bearer of a good access token is the actor of a request. */
export class TokenAuthenticator extends Authenticator {
  constructor(private readonly verifier: TokenVerifier) {
    super();
  }

  /** @throws InvalidToken, IssuerUnavailable */
  override async authenticate(token: string): Promise<Actor> {
    const bearer = await this.verifier.verify(token);
    if (!bearer) throw new InvalidToken();
    return { id: bearer.userId, roles: bearer.roles, tokenExpiresAt: bearer.expiresAt };
  }
}
