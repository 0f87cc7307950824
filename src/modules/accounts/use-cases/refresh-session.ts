import { Injectable } from '@nestjs/common';
import { Sessions, type Tokens } from '../sessions.js';

@Injectable()
export class RefreshSession {
  constructor(private readonly sessions: Sessions) {}

  /**
   * A refresh token is good once. Using it again ends the session, because one of the two who had it stole it.
   * @throws InvalidRefreshToken
   */
  async execute({ refreshToken }: { refreshToken: string }): Promise<Tokens> {
    return this.sessions.renew(refreshToken);
  }
}
