import type { Post, PostDraft } from '../../modules/posts/domain/post.js';
import {
  type Published,
  type PostState,
  PostStore,
  type PublishTerms,
} from '../../modules/posts/posts.ports.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import { PostScene, referredBy } from './post-scene.js';
import type { TwoLevelCache } from './two-level-cache.js';

/** Another PostStore whose states of posts are cached, and apart from them who has reposted what. */
export class CachedPostStore extends PostStore {
  constructor(
    private readonly inner: PostStore,
    private readonly cache: TwoLevelCache,
  ) {
    super();
  }

  async load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, PostState>> {
    const scene = new PostScene(this.inner, this.cache, readerId);
    return (await scene.load(ids)) ?? this.inner.load(ids, readerId);
  }

  publish(draft: PostDraft, terms: PublishTerms): Promise<Published> {
    return this.cache.changing(this.keysOf(draft), () => this.inner.publish(draft, terms));
  }

  async setHidden(id: Id, hidden: boolean): Promise<void> {
    const post = (await this.load([id])).get(id)?.post;
    const keys = [this.postKey(id), ...(post ? this.keysOf(post) : [])];
    await this.cache.changing(keys, () => this.inner.setHidden(id, hidden));
  }

  find(id: Id): Promise<Post | undefined> {
    return this.inner.find(id);
  }

  override getSubject(id: Id): Promise<Post> {
    return this.inner.getSubject(id);
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

  /** What changes when such a post comes or goes: the counts of what it refers to, and what its author has reposted. */
  private keysOf(post: PostDraft): string[] {
    const referredId = referredBy(post);
    if (referredId === undefined) return [];
    const keys = [this.postKey(referredId)];
    if (post.kind === 'repost') keys.push(this.cache.key('reposted', `${post.authorId}:${referredId}`));
    return keys;
  }

  private postKey(id: Id): string {
    return this.cache.key('post', id);
  }
}
