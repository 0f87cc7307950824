import { DomainError } from '../../../shared/errors.js';

export class UserNotFound extends DomainError {
  readonly code = 'user-not-found';

  constructor() {
    super('There is no user of that name. Names may have changed: look the user up by GET /v1/search/users.');
  }
}

export class UsernameTaken extends DomainError {
  readonly code = 'username-taken';

  constructor() {
    super('Another user has that name, perhaps in other case. Choose another one.');
  }
}
