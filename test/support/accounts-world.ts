import { Argon2PasswordHasher } from '../../src/adapters/system/argon2-password-hasher.js';
import { JoseAccessTokens } from '../../src/adapters/system/jose-access-tokens.js';
import { OidcIssuer } from '../../src/adapters/system/oidc-issuer.js';
import type { Config } from '../../src/config.js';
import { OutsideTokens } from '../../src/modules/accounts/outside-tokens.js';
import { Sessions } from '../../src/modules/accounts/sessions.js';
import { AdmitOutsider } from '../../src/modules/accounts/use-cases/admit-outsider.js';
import { LogIn } from '../../src/modules/accounts/use-cases/log-in.js';
import { LogOut } from '../../src/modules/accounts/use-cases/log-out.js';
import { RefreshSession } from '../../src/modules/accounts/use-cases/refresh-session.js';
import { Register } from '../../src/modules/accounts/use-cases/register.js';
import { Clock } from '../../src/shared/clock.js';
import { Stores } from './temp-stores.js';

/** A clock that goes when it is told to. */
export class SetClock extends Clock {
  time = Date.parse('2026-03-25T12:00:00Z');

  override now(): number {
    return this.time;
  }
}

/** The accounts of one process on a database in memory; `restarted` gives a further process on the same one. */
export class AccountsWorld {
  private readonly config: Config;
  readonly accounts;
  readonly users;
  readonly accessTokens;
  readonly register;
  readonly logIn;
  readonly refreshSession;
  readonly logOut;
  readonly outsideTokens;

  constructor(
    private readonly choices: Partial<Config>,
    readonly clock = new SetClock(),
    private readonly database = new Stores(clock),
  ) {
    this.config = {
      publicUrl: 'https://posterr.example',
      adminUsernames: [],
      accessTokenSeconds: 900,
      refreshTokenDays: 30,
      signingKeyDays: 90,
      ...choices,
    } as unknown as Config;
    this.accounts = database.accounts;
    this.users = database.users;
    this.accessTokens = new JoseAccessTokens(this.config, clock, database.secrets);
    const hasher = new Argon2PasswordHasher();
    const sessions = new Sessions(this.config, clock, this.accessTokens, database.refreshTokens, this.users);
    this.register = new Register(this.accounts, hasher, sessions);
    this.logIn = new LogIn(this.accounts, hasher, sessions);
    this.refreshSession = new RefreshSession(sessions);
    this.logOut = new LogOut(sessions);
    this.outsideTokens = new OutsideTokens(
      this.config,
      clock,
      new OidcIssuer(this.config, clock),
      new AdmitOutsider(this.config, this.accounts),
      this.users,
    );
  }

  restarted(): AccountsWorld {
    return new AccountsWorld(this.choices, this.clock, this.database);
  }

  close(): void {
    this.database.close();
  }
}
