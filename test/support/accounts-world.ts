import { Argon2PasswordHasher } from '../../src/adapters/system/argon2-password-hasher.js';
import { JoseAccessTokens } from '../../src/adapters/system/jose-access-tokens.js';
import { openSqliteAdapters } from '../../src/adapters/sqlite/sqlite-adapters.js';
import { OidcIssuer } from '../../src/adapters/system/oidc-issuer.js';
import { UuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Config } from '../../src/config.js';
import { AccountStore, RefreshTokenStore, SecretStore } from '../../src/modules/accounts/accounts.ports.js';
import { OutsideTokens } from '../../src/modules/accounts/outside-tokens.js';
import { Sessions } from '../../src/modules/accounts/sessions.js';
import { AdmitOutsider } from '../../src/modules/accounts/use-cases/admit-outsider.js';
import { LogIn } from '../../src/modules/accounts/use-cases/log-in.js';
import { LogOut } from '../../src/modules/accounts/use-cases/log-out.js';
import { RefreshSession } from '../../src/modules/accounts/use-cases/refresh-session.js';
import { Register } from '../../src/modules/accounts/use-cases/register.js';
import { UserStore } from '../../src/modules/users/users.public.js';
import { Clock } from '../../src/shared/clock.js';

/** A clock that goes when it is told to. */
export class SetClock extends Clock {
  time = Date.parse('2026-03-25T12:00:00Z');

  override now(): number {
    return this.time;
  }
}

/** The stores of the accounts on an empty SQLite database in memory. */
export class AccountStores {
  readonly accounts: AccountStore;
  readonly refreshTokens: RefreshTokenStore;
  readonly secrets: SecretStore;
  readonly users: UserStore;
  private readonly adapters;

  constructor(clock: Clock) {
    this.adapters = openSqliteAdapters('sqlite::memory:', new UuidV7Ids(clock), clock);
    this.accounts = this.port(AccountStore);
    this.refreshTokens = this.port(RefreshTokenStore);
    this.secrets = this.port(SecretStore);
    this.users = this.port(UserStore);
  }

  async close(): Promise<void> {
    await this.adapters.close();
  }

  private port<Port extends object>(port: abstract new (...args: never[]) => Port): Port {
    const found = this.adapters.ports.find(([candidate]) => (candidate as unknown) === port);
    if (!found) throw new Error(`No adapter for ${port.name}`);
    return found[1] as Port;
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
    private readonly stores = new AccountStores(clock),
  ) {
    this.config = {
      publicUrl: 'https://posterr.example',
      adminUsernames: [],
      accessTokenSeconds: 900,
      refreshTokenDays: 30,
      signingKeyDays: 90,
      ...choices,
    } as unknown as Config;
    this.accounts = stores.accounts;
    this.users = stores.users;
    this.accessTokens = new JoseAccessTokens(this.config, clock, stores.secrets);
    const hasher = new Argon2PasswordHasher();
    const sessions = new Sessions(this.config, clock, this.accessTokens, stores.refreshTokens, this.users);
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
    return new AccountsWorld(this.choices, this.clock, this.stores);
  }

  async close(): Promise<void> {
    await this.stores.close();
  }
}
