import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { Clock, DAY } from '../../shared/clock.js';
import type { Id } from '../../shared/ids.js';
import { UserStore } from '../users/users.public.js';
import { AccessTokens, RefreshTokenStore } from './accounts.ports.js';
import { InvalidRefreshToken } from './domain/account.errors.js';
import { digestOf, newRefreshToken } from './refresh-token.js';
import { rolesOf } from './domain/role.js';

/** What a client needs to act for a user. */
export interface Tokens {
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  /** Lifetime of the access token, in seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
}

/** A session begins with a login and lives as long as its newest refresh token is traded in time. */
@Injectable()
export class Sessions {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokenStore,
    private readonly users: UserStore,
  ) {}

  async begin(userId: Id, username: string): Promise<Tokens> {
    const refreshToken = newRefreshToken();
    await this.refreshTokens.open(userId, digestOf(refreshToken), this.expiry());
    return this.tokens(userId, username, refreshToken);
  }

  /**
   * Trades a refresh token for new tokens; roles are those of the user's present name.
   * @throws InvalidRefreshToken
   */
  async renew(refreshToken: string): Promise<Tokens> {
    const next = newRefreshToken();
    const userId = await this.refreshTokens.rotate(digestOf(refreshToken), digestOf(next), this.expiry());
    if (userId === undefined) throw new InvalidRefreshToken();
    const user = (await this.users.summaries([userId])).get(userId);
    if (!user) throw new InvalidRefreshToken();
    return this.tokens(userId, user.username, next);
  }

  /** Does nothing when there is no such session. */
  async end(refreshToken: string): Promise<void> {
    await this.refreshTokens.end(digestOf(refreshToken));
  }

  private expiry(): number {
    return this.clock.now() + this.config.refreshTokenDays * DAY;
  }

  private async tokens(userId: Id, username: string, refreshToken: string): Promise<Tokens> {
    const roles = rolesOf(username, this.config.adminUsernames);
    const { token, expiresIn } = await this.accessTokens.issue(userId, roles);
    return { accessToken: token, tokenType: 'Bearer', expiresIn, refreshToken };
  }
}
