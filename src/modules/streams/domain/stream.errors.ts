import { DomainError } from '../../../shared/errors.js';

export class TooManyStreams extends DomainError {
  readonly code = 'too-many-streams';
  override readonly retryAfter = 30;

  constructor(most: number) {
    super(`You have ${most} streams open. End one of them first.`);
  }
}
