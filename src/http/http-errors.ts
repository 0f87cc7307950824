import { DomainError } from '../shared/errors.js';

/** A parameter of the path or the query is not good. `detail` goes on from its name: "must be ...". */
export class InvalidParameter extends DomainError {
  readonly code = 'invalid-parameter';

  constructor(name: string, detail: string) {
    super(`The parameter "${name}" ${detail}`);
  }
}

export class InvalidCursor extends DomainError {
  readonly code = 'invalid-cursor';

  constructor() {
    super('The cursor is not one of this list with these filters. Begin again without a cursor.');
  }
}

export class InvalidToken extends DomainError {
  readonly code = 'invalid-token';

  constructor(detail = 'The access token is not good or no longer good.') {
    super(detail);
  }
}

export class Forbidden extends DomainError {
  readonly code = 'forbidden';

  constructor() {
    super('You may not do this.');
  }
}

export class InvalidIdempotencyKey extends DomainError {
  readonly code = 'invalid-idempotency-key';

  constructor() {
    super('Idempotency-Key must be one header of 1 to 255 visible ASCII characters.');
  }
}

export class IdempotencyKeyReused extends DomainError {
  readonly code = 'idempotency-key-reused';

  constructor() {
    super('This Idempotency-Key was used with another body. Use a new key for a new request.');
  }
}

export class RateLimited extends DomainError {
  readonly code = 'rate-limited';

  constructor(override readonly retryAfter: number) {
    super('Too many requests. Wait as long as Retry-After says.');
  }
}
