import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { profileOf } from '../domain/profile.js';
import type { ProfileChanges } from '../domain/user.js';
import { UserStore } from '../users.ports.js';

@Injectable()
export class ChangeProfile {
  constructor(private readonly users: UserStore) {}

  /** @throws ValidationFailed, UsernameTaken */
  async execute(input: { userId: Id; changes: ProfileChanges }): Promise<void> {
    await this.users.change(input.userId, profileOf(input.changes));
  }
}
