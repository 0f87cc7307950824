import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OptionallyAuthenticated, Reader } from '../../http/current-user.js';
import { Pages } from '../../http/pagination/pages.js';
import type { Id } from '../../shared/ids.js';
import { PostPage } from '../posts/posts.public.js';
import { ListUsers, UserPage } from '../users/users.public.js';
import { SearchPostsQuery, SearchQuery } from './search.dto.js';
import { SearchPosts } from './use-cases/search-posts.js';

@ApiTags('search')
@Controller('v1/search')
export class SearchController {
  constructor(
    private readonly searching: SearchPosts,
    private readonly listingUsers: ListUsers,
    private readonly pages: Pages,
  ) {}

  /**
   * Posts by their words, newest first
   *
   * All words must be in the text, in any order; case and accents are ignored. `"a phrase"` stands as it is, `begin*`
   * matches the beginning of a word; anything else separates words. Reposts are never found, a quote by its own text.
   */
  @Get('posts')
  @OptionallyAuthenticated()
  searchPosts(@Query() query: SearchPostsQuery, @Reader() readerId: Id | undefined): Promise<PostPage> {
    const { q, author } = query;
    const list = { name: 'search-posts', filters: { q, author: author?.toLowerCase() }, defaultLimit: 20 };
    return this.pages.respond(list, query, (page) =>
      this.searching.execute({ query: q, author, readerId, page }),
    );
  }

  /**
   * Users whose name begins with `q`, case ignored, newest first
   *
   * 20 a page unless `limit` says otherwise. For completing names while somebody types.
   */
  @Get('users')
  @OptionallyAuthenticated()
  searchUsers(@Query() query: SearchQuery, @Reader() readerId: Id | undefined): Promise<UserPage> {
    const prefix = query.q;
    const list = { name: 'search-users', filters: { q: prefix.toLowerCase() }, defaultLimit: 20 };
    return this.pages.respond(list, query, (page) => this.listingUsers.execute({ prefix, readerId, page }));
  }
}
