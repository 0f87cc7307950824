import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { type Page, type PageRequest, readPage, type Stretch } from '../../../shared/page.js';
import { PostViews, type PostView } from '../../posts/posts.public.js';
import { UserStore } from '../../users/users.public.js';
import { type AuthorView, TimelineStore } from '../timelines.ports.js';

export interface TimelineRequest {
  readonly readerId?: Id | undefined;
  readonly page: PageRequest;
}

@Injectable()
export class ReadTimeline {
  constructor(
    private readonly timelines: TimelineStore,
    private readonly users: UserStore,
    private readonly views: PostViews,
  ) {}

  /** Every post but replies. */
  all(request: TimelineRequest): Promise<Page<PostView>> {
    return this.read(request, (stretch) => this.timelines.all(stretch));
  }

  /** Posts of those whom the reader follows, replies left out. */
  following(request: TimelineRequest & { readonly readerId: Id }): Promise<Page<PostView>> {
    return this.read(request, (stretch) => this.timelines.following(request.readerId, stretch));
  }

  /** Posts of one author. @throws UserNotFound */
  async ofAuthor(
    request: TimelineRequest & { readonly username: string; readonly view: AuthorView },
  ): Promise<Page<PostView>> {
    const id = await this.users.getIdByUsername(request.username);
    return this.read(request, (stretch) => this.timelines.ofAuthor(id, request.view, stretch));
  }

  private async read(
    { page, readerId }: TimelineRequest,
    read: (stretch: Stretch) => Promise<Id[]>,
  ): Promise<Page<PostView>> {
    const ids = await readPage('newest-first', page, read, (id) => id);
    return this.views.page(ids, readerId);
  }
}
