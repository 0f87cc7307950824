import { DomainError } from '../../../shared/errors.js';

export class SelfFollow extends DomainError {
  readonly code = 'self-follow';

  constructor() {
    super('You cannot follow yourself.');
  }
}
