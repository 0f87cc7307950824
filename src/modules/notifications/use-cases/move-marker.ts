import { Injectable } from '@nestjs/common';
import { ValidationFailed } from '../../../shared/errors.js';
import type { Id } from '../../../shared/ids.js';
import { NotificationStore, type UnreadState } from '../notifications.ports.js';

@Injectable()
export class MoveMarker {
  constructor(private readonly notifications: NotificationStore) {}

  /** Never moves back. @throws ValidationFailed unless the notification is one of the reader's. */
  async execute(input: { readerId: Id; lastReadId: Id }): Promise<UnreadState> {
    const state = await this.notifications.markRead(input.readerId, input.lastReadId);
    if (state) return state;
    const detail = 'This is not the id of one of your notifications.';
    throw new ValidationFailed([{ pointer: '/lastReadId', code: 'unknown', detail }]);
  }
}
