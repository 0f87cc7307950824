import { PosterrProblem } from './problem.js';
import type { Tokens } from './types.js';

/** What keeps somebody logged in. To be kept as a password is. */
export interface Session {
  readonly accessToken: string;
  /** Good once. */
  readonly refreshToken: string;
  /** When the access token ends, in ms since 1970. */
  readonly expiresAt: number;
}

/** Where a session is kept between starts of a program, and shared with its other processes or tabs. */
export interface SessionStore {
  load(): Session | undefined | Promise<Session | undefined>;
  /** undefined: nobody is logged in any more. A refresh waits until it is saved. */
  save(session: Session | undefined): void | Promise<void>;
  /**
   * Runs one task at a time among all who share the store. Needed where these are several processes or tabs, because a
   * refresh token that is used twice ends the session. Not given: one at a time in this client.
   */
  inTurn?<T>(task: () => Promise<T>): Promise<T>;
}

/** Whom requests are sent as. */
export interface TokenSource {
  /** undefined: nobody. */
  current(): Promise<string | undefined>;
  /** Another one than `worn`, which Posterr refused; undefined: there is none. */
  renewed(worn: string): Promise<string | undefined>;
}

/** Asked for a new access token this long before the old one ends, in ms. */
const RENEW_BEFORE = 5_000;

export function memoryStore(): SessionStore {
  let kept: Session | undefined;
  return {
    load: () => kept,
    save: (session) => {
      kept = session;
    },
  };
}

/** The session of a user of Posterr's own accounts. However many requests need a new token, one refresh is sent. */
export class Sessions implements TokenSource {
  private renewing: Promise<string | undefined> | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: SessionStore,
    private readonly refresh: (refreshToken: string) => Promise<Tokens>,
  ) {}

  async current(): Promise<string | undefined> {
    const session = await this.store.load();
    if (!session) return undefined;
    if (Date.now() < session.expiresAt - RENEW_BEFORE) return session.accessToken;
    return this.renewed(session.accessToken);
  }

  async renewed(worn: string): Promise<string | undefined> {
    this.renewing ??= this.inTurn(() => this.renew(worn)).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  begin(tokens: Tokens): Promise<void> {
    return this.inTurn(async () => this.store.save(sessionOf(tokens)));
  }

  /** Answers the session that ended. */
  end(): Promise<Session | undefined> {
    return this.inTurn(async () => {
      const session = await this.store.load();
      await this.store.save(undefined);
      return session;
    });
  }

  private async renew(worn: string): Promise<string | undefined> {
    const session = await this.store.load();
    // Another one who shares the store was faster, or has logged out.
    if (session?.accessToken !== worn) return session?.accessToken;
    try {
      const next = sessionOf(await this.refresh(session.refreshToken));
      await this.store.save(next);
      return next.accessToken;
    } catch (error) {
      if (error instanceof PosterrProblem && error.code === 'invalid-refresh-token')
        await this.store.save(undefined);
      throw error;
    }
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.store.inTurn) return this.store.inTurn(task);
    const done = this.turn.then(task, task);
    this.turn = done;
    return done;
  }
}

/** Tokens of an outside issuer, which the application gets by itself. */
export class OutsideTokens implements TokenSource {
  constructor(private readonly give: (worn?: string) => string | undefined | Promise<string | undefined>) {}

  async current(): Promise<string | undefined> {
    return this.give();
  }

  async renewed(worn: string): Promise<string | undefined> {
    const token = await this.give(worn);
    return token === worn ? undefined : token;
  }
}

function sessionOf({ accessToken, refreshToken, expiresIn }: Tokens): Session {
  return { accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1_000 };
}
