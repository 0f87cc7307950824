import { Module } from '@nestjs/common';
import { PostsModule } from '../posts/posts.public.js';
import { UsersModule } from '../users/users.public.js';
import { SearchController } from './search.controller.js';
import { SearchPosts } from './use-cases/search-posts.js';

@Module({
  imports: [PostsModule, UsersModule],
  controllers: [SearchController],
  providers: [SearchPosts],
})
export class SearchModule {}
