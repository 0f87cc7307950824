import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { type Page, type PageRequest, readPage } from '../../../shared/page.js';
import { UserViews } from '../user-views.js';
import type { UserView } from '../users.dto.js';
import { UserStore } from '../users.ports.js';

@Injectable()
export class ListUsers {
  constructor(
    private readonly users: UserStore,
    private readonly views: UserViews,
  ) {}

  /** All users, or with `prefix` those whose name begins with it, newest first. */
  async execute(input: {
    prefix?: string;
    readerId?: Id | undefined;
    page: PageRequest;
  }): Promise<Page<UserView>> {
    const { prefix, readerId } = input;
    const ids = await readPage(
      'newest-first',
      input.page,
      (stretch) =>
        prefix === undefined ? this.users.list(stretch) : this.users.listByPrefix(prefix, stretch),
      (id) => id,
    );
    return this.views.page(ids, (id) => id, readerId);
  }
}
