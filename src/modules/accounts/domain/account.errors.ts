import { DomainError } from '../../../shared/errors.js';

/** One answer for an unknown name and for a wrong password: it tells nobody which names exist. */
export class InvalidCredentials extends DomainError {
  readonly code = 'invalid-credentials';

  constructor() {
    super('There is no account of that name and password.');
  }
}

export class InvalidRefreshToken extends DomainError {
  readonly code = 'invalid-refresh-token';

  constructor() {
    super('The refresh token is unknown, expired, used before, or its login has ended. Log in again.');
  }
}

/** Two requests at once met the same new person; their account is there now. */
export class SubjectTaken extends DomainError {
  readonly code = 'subject-taken';

  constructor() {
    super('That person has an account already.');
  }
}

/** The built-in accounts are off, because an outside issuer is configured. */
export class AccountsKeptByIssuer extends DomainError {
  readonly code = 'not-found';

  constructor() {
    super('Accounts are kept by an outside OpenID Connect issuer here. Get your access token from it.');
  }
}

/** No token can be judged, because the outside issuer does not say what its keys are. */
export class IssuerUnavailable extends DomainError {
  readonly code = 'service-unavailable';
  override readonly retryAfter = 5;

  constructor() {
    super('The issuer of access tokens cannot be reached at the moment.');
  }
}

/** More passwords wait to be checked than can be in good time. */
export class TooManyPasswords extends DomainError {
  readonly code = 'service-unavailable';
  override readonly retryAfter = 2;

  constructor() {
    super('Too many people are logging in at the moment.');
  }
}
