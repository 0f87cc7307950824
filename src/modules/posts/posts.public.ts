export type { Post, PostCounts, PostDraft } from './domain/post.js';
export { PostNotFound, QuotaExceeded } from './domain/post.errors.js';
export { type PostPublished } from './domain/post.events.js';
export { PostViews } from './post-views.js';
export { EmbeddedPostView, PostPage, PostView } from './posts.dto.js';
export { PostsModule } from './posts.module.js';
export { PostStore } from './posts.ports.js';
