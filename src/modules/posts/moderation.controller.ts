import { Controller, Delete, HttpCode, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../http/current-user.js';
import { ParseId } from '../../http/parse-id.pipe.js';
import { Problems } from '../../http/problems.decorator.js';
import type { Id } from '../../shared/ids.js';
import { PostStore } from './posts.ports.js';

@ApiTags('admin')
@Controller('v1/admin/posts')
export class ModerationController {
  constructor(private readonly posts: PostStore) {}

  /**
   * Hide a post
   *
   * It leaves every list, search and count. What refers to it stays and says so. Repeating changes nothing.
   */
  @Put(':id/hidden')
  @HttpCode(204)
  @AdminOnly()
  @Problems('post-not-found')
  hidePost(@Param('id', ParseId) id: Id): Promise<void> {
    return this.posts.setHidden(id, true);
  }

  /**
   * Show a hidden post again
   *
   * It comes back into every list, search and count. Repeating changes nothing.
   */
  @Delete(':id/hidden')
  @HttpCode(204)
  @AdminOnly()
  @Problems('post-not-found')
  unhidePost(@Param('id', ParseId) id: Id): Promise<void> {
    return this.posts.setHidden(id, false);
  }
}
