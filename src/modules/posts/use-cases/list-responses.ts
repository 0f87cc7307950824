import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { type Page, type PageRequest, readPage } from '../../../shared/page.js';
import { PostViews } from '../post-views.js';
import type { PostView } from '../posts.dto.js';
import { PostStore } from '../posts.ports.js';

export type ResponseKind = 'replies' | 'quotes' | 'reposts';

@Injectable()
export class ListResponses {
  constructor(
    private readonly posts: PostStore,
    private readonly views: PostViews,
  ) {}

  /**
   * What others made of a post: its direct replies, oldest first, or its quotes or reposts, newest first. Those of a
   * repost are those of its subject.
   * @throws PostNotFound
   */
  async execute(input: {
    kind: ResponseKind;
    postId: Id;
    readerId?: Id | undefined;
    page: PageRequest;
  }): Promise<Page<PostView>> {
    const { kind, readerId } = input;
    const { id } = await this.posts.getSubject(input.postId);
    const ids = await readPage<Id>(
      kind === 'replies' ? 'oldest-first' : 'newest-first',
      input.page,
      (stretch) => {
        switch (kind) {
          case 'replies':
            return this.posts.repliesTo(id, stretch);
          case 'quotes':
            return this.posts.quotesOf(id, stretch);
          case 'reposts':
            return this.posts.repostsOf(id, stretch);
        }
      },
      (postId) => postId,
    );
    return this.views.page(ids, readerId);
  }
}
