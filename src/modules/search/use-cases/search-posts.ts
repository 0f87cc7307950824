import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { type Page, type PageRequest, readPage } from '../../../shared/page.js';
import { PostViews, type PostView } from '../../posts/posts.public.js';
import { UserStore } from '../../users/users.public.js';
import { parseSearchQuery } from '../domain/search-query.js';
import { PostSearch } from '../search.ports.js';

@Injectable()
export class SearchPosts {
  constructor(
    private readonly search: PostSearch,
    private readonly users: UserStore,
    private readonly views: PostViews,
  ) {}

  /** A query without any word finds nothing, and so does an author who does not exist. */
  async execute(input: {
    query: string;
    author?: string | undefined;
    readerId?: Id | undefined;
    page: PageRequest;
  }): Promise<Page<PostView>> {
    const terms = parseSearchQuery(input.query);
    const author = input.author === undefined ? undefined : await this.users.findByUsername(input.author);
    const findsNothing = terms.length === 0 || (input.author !== undefined && !author);
    const ids = await readPage<Id>(
      'newest-first',
      input.page,
      (stretch) => (findsNothing ? Promise.resolve([]) : this.search.find(terms, stretch, author?.id)),
      (id) => id,
    );
    return this.views.page(ids, input.readerId);
  }
}
