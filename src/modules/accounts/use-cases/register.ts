import { Injectable } from '@nestjs/common';
import { AccountStore, PasswordHasher } from '../accounts.ports.js';
import { type Registration, registrationOf } from '../registration.js';
import { Sessions } from '../sessions.js';
import type { LoggedIn } from './log-in.js';

@Injectable()
export class Register {
  constructor(
    private readonly accounts: AccountStore,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
  ) {}

  /** @throws ValidationFailed, UsernameTaken, TooManyPasswords */
  async execute(registration: Registration): Promise<LoggedIn> {
    const { password, ...user } = registrationOf(registration);
    const credential = { passwordHash: await this.hasher.hash(password) };
    const userId = await this.accounts.register({ ...user, credential });
    return { userId, tokens: await this.sessions.begin(userId, user.username) };
  }
}
