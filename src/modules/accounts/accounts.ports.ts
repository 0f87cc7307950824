import type { Id } from '../../shared/ids.js';

export interface NewAccount {
  readonly username: string;
  readonly displayName?: string;
  readonly credential:
    | { readonly passwordHash: string }
    /** A person known to an outside issuer (OpenID Connect). */
    | { readonly issuer: string; readonly subject: string };
}

/** Keeps what proves who somebody is. */
export abstract class AccountStore {
  /**
   * Makes the user and their account in one atomic step and answers the user's id.
   * @throws UsernameTaken
   * @throws SubjectTaken when the outside subject has an account already.
   */
  abstract register(account: NewAccount): Promise<Id>;

  /** Case is ignored. Absent also for an account without a password. */
  abstract findPassword(username: string): Promise<{ userId: Id; passwordHash: string } | undefined>;

  abstract findSubject(issuer: string, subject: string): Promise<Id | undefined>;
}

/** Refresh tokens come in families: one for each login, of which only the newest token is good. */
export abstract class RefreshTokenStore {
  /** Begins a family with its first token, known only by its digest. `expiresAt` in ms. */
  abstract open(userId: Id, digest: string, expiresAt: number): Promise<void>;

  /**
   * Trades a token for the next of its family, in one atomic step, and answers whose it is. A token that was traded
   * before ends its whole family. Absent: the token is unknown, expired, traded before, or of an ended family.
   */
  abstract rotate(digest: string, nextDigest: string, expiresAt: number): Promise<Id | undefined>;

  /** Ends the token's family, if there is one. */
  abstract end(digest: string): Promise<void>;
}

/** Keeps the secrets that all processes share. */
export abstract class SecretStore {
  /** Every secret of that purpose, oldest first. */
  abstract list(purpose: SecretPurpose): Promise<Secret[]>;

  /**
   * Adds a secret, unless one of that purpose that is newer than `unlessNewerThan` (ms) is there: of several
   * processes at once, one adds it.
   */
  abstract add(purpose: SecretPurpose, value: string, unlessNewerThan: number): Promise<void>;

  /** Removes those of the purpose that were made before `ms`. */
  abstract removeOlderThan(purpose: SecretPurpose, ms: number): Promise<void>;
}

export type SecretPurpose = 'signing-key' | 'cursor-key';

export interface Secret {
  /** Its creation time is the secret's. */
  readonly id: Id;
  readonly value: string;
}
