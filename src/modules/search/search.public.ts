export type { SearchTerm } from './domain/search-query.js';
export { PostSearch } from './search.ports.js';
