import { Injectable } from '@nestjs/common';
import { Sessions } from '../sessions.js';

@Injectable()
export class LogOut {
  constructor(private readonly sessions: Sessions) {}

  /** Ends the session; access tokens issued before stay good until they expire. Does nothing when it has ended. */
  async execute({ refreshToken }: { refreshToken: string }): Promise<void> {
    await this.sessions.end(refreshToken);
  }
}
