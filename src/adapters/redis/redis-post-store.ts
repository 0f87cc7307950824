import type { Post, PostDraft } from '../../modules/posts/domain/post.js';
import {
  PostStore,
  type PostState,
  type Published,
  type PublishTerms,
} from '../../modules/posts/posts.ports.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import { ALL_READERS, type HomeTimelineChanges } from './home-timeline-changes.js';

/** The database's, and home timelines follow when a post is hidden or shown again. */
export class RedisPostStore extends PostStore {
  constructor(
    private readonly inner: PostStore,
    private readonly changes: HomeTimelineChanges,
  ) {
    super();
  }

  setHidden(id: Id, hidden: boolean): Promise<void> {
    return this.changes.around(ALL_READERS, () => this.inner.setHidden(id, hidden));
  }

  publish(draft: PostDraft, terms: PublishTerms): Promise<Published> {
    return this.inner.publish(draft, terms);
  }

  find(id: Id): Promise<Post | undefined> {
    return this.inner.find(id);
  }

  override getSubject(id: Id): Promise<Post> {
    return this.inner.getSubject(id);
  }

  load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, PostState>> {
    return this.inner.load(ids, readerId);
  }

  repliesTo(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.inner.repliesTo(id, stretch);
  }

  quotesOf(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.inner.quotesOf(id, stretch);
  }

  repostsOf(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.inner.repostsOf(id, stretch);
  }

  usedOn(day: number, authorId: Id): Promise<number> {
    return this.inner.usedOn(day, authorId);
  }
}
