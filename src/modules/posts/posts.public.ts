export type { Post, PostDraft } from './domain/post.js';
export { PostNotFound } from './domain/post.errors.js';
