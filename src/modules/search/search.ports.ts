import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { SearchTerm } from './domain/search-query.js';

/** Finds posts by their own words. Reposts and hidden posts are never found, replies are. */
export abstract class PostSearch {
  /**
   * Ids of the posts whose text has all of `terms` (at least one), case and accents ignored, by time.
   * `authorId`: only that author's.
   */
  abstract find(terms: readonly SearchTerm[], stretch: Stretch, authorId?: Id): Promise<Id[]>;
}
