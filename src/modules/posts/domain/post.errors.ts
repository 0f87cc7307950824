import { DomainError } from '../../../shared/errors.js';

export class PostNotFound extends DomainError {
  readonly code = 'post-not-found';

  constructor() {
    super('There is no such post, or it was hidden.');
  }
}

export class SelfRepost extends DomainError {
  readonly code = 'self-repost';

  constructor() {
    super('You cannot repost a post of your own.');
  }
}

export class SelfQuote extends DomainError {
  readonly code = 'self-quote';

  constructor() {
    super('You cannot quote a post of your own. Reply to it instead.');
  }
}

export class QuotaExceeded extends DomainError {
  readonly code = 'quota-exceeded';

  constructor(
    /** Posts allowed a day. */
    readonly limit: number,
    override readonly retryAfter: number,
  ) {
    super(
      `You have published the ${limit} posts of this UTC day. The next one is possible after midnight UTC.`,
    );
  }
}
