import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { AccountStore, PasswordHasher } from '../accounts.ports.js';
import { InvalidCredentials } from '../domain/account.errors.js';
import { Sessions, type Tokens } from '../sessions.js';

export interface Credentials {
  /** Case is ignored. */
  readonly username: string;
  readonly password: string;
}

export interface LoggedIn {
  readonly userId: Id;
  readonly tokens: Tokens;
}

@Injectable()
export class LogIn {
  constructor(
    private readonly accounts: AccountStore,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
  ) {}

  /**
   * The answer to an unknown name is that to a wrong password, and takes as long.
   * @throws InvalidCredentials, TooManyPasswords
   */
  async execute({ username, password }: Credentials): Promise<LoggedIn> {
    const account = await this.accounts.findPassword(username);
    const matches = await this.hasher.verify(password, account?.passwordHash);
    if (!account || !matches) throw new InvalidCredentials();
    return { userId: account.userId, tokens: await this.sessions.begin(account.userId, username) };
  }
}
