import type { Id } from '../../shared/ids.js';
import type { Role } from './domain/role.js';

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

/** Turns passwords into what may be stored, slowly on purpose. */
export abstract class PasswordHasher {
  /** @throws TooManyPasswords */
  abstract hash(password: string): Promise<string>;

  /**
   * Without a hash it answers false after the same time, so that nobody learns from it who exists.
   * @throws TooManyPasswords
   */
  abstract verify(password: string, hash: string | undefined): Promise<boolean>;
}

/** Whom a good access token names. */
export interface Bearer {
  readonly userId: Id;
  readonly roles: readonly Role[];
  /** When the token ends, in ms. */
  readonly expiresAt: number;
}

/** Judges access tokens. */
export abstract class TokenVerifier {
  /** Absent: the token is not good, for whatever reason. */
  abstract verify(token: string): Promise<Bearer | undefined>;
}

/** The access tokens of the built-in accounts: JWTs, signed with a key that rotates. */
export abstract class AccessTokens extends TokenVerifier {
  abstract issue(userId: Id, roles: readonly Role[]): Promise<{ token: string; expiresIn: number }>;

  /** What others need to verify the tokens: the public keys, as members of a JWK Set (RFC 7517). */
  abstract publicKeys(): Promise<readonly PublicKey[]>;
}

/** On an elliptic curve, in the terms of RFC 7517. */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: string;
}

/** A person as an outside issuer describes them. */
export interface Outsider {
  readonly issuer: string;
  /** The issuer's own name of the person: it never changes. */
  readonly subject: string;
  /** Names as the issuer's people chose them: free text. */
  readonly preferredUsername?: string;
  readonly nickname?: string;
  readonly name?: string;
  /** When the token ends, in ms. */
  readonly expiresAt: number;
}

/** An outside OpenID Connect issuer, which keeps the accounts instead of us. */
export abstract class OutsideIssuer {
  /**
   * Whom an access token of the issuer names. Absent: the token is not good.
   * @throws IssuerUnavailable when the issuer's keys are needed and cannot be had.
   */
  abstract identify(token: string): Promise<Outsider | undefined>;
}
