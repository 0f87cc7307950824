import { Injectable } from '@nestjs/common';
import { rfc3339 } from '../../shared/clock.js';
import { type Id, timeOf } from '../../shared/ids.js';
import type { Page } from '../../shared/page.js';
import { type UserSummary, UserStore } from '../users/users.public.js';
import { PostNotFound } from './domain/post.errors.js';
import type { EmbeddedPostView, PostReferenceView, PostView, SubjectView } from './posts.dto.js';
import { type PostReference, type PostState, PostStore } from './posts.ports.js';

/** Builds what is answered about posts: ids in, views out, always in two commands. */
@Injectable()
export class PostViews {
  constructor(
    private readonly posts: PostStore,
    private readonly users: UserStore,
  ) {}

  /** @throws PostNotFound also when the post is hidden. */
  async one(id: Id, readerId?: Id): Promise<PostView> {
    const [view] = await this.many([id], readerId);
    if (!view) throw new PostNotFound();
    return view;
  }

  /** In the order of `ids`; unknown and hidden ones are left out. */
  async many(ids: readonly Id[], readerId?: Id): Promise<PostView[]> {
    const scene = await this.load(ids, readerId);
    return ids.flatMap((id) => scene.view(id) ?? []);
  }

  /** Posts to embed, by id; unknown and hidden ones are left out. */
  async embedded(ids: readonly Id[], readerId?: Id): Promise<Map<Id, EmbeddedPostView>> {
    const scene = await this.load(ids, readerId);
    const views = ids.flatMap((id) => {
      const view = scene.embedded(id);
      return view ? [[id, view] as const] : [];
    });
    return new Map(views);
  }

  /** The same page with views in the place of ids. */
  async page(page: Page<Id>, readerId?: Id): Promise<Page<PostView>> {
    return { ...page, items: await this.many(page.items, readerId) };
  }

  private async load(ids: readonly Id[], readerId?: Id): Promise<Scene> {
    if (ids.length === 0) return new Scene(new Map(), new Map(), false);
    const posts = await this.posts.load(ids, readerId);
    const userIds = new Set<Id>();
    for (const { post } of posts.values()) {
      userIds.add(post.authorId);
      for (const id of post.mentionIds) userIds.add(id);
    }
    return new Scene(posts, await this.users.summaries([...userIds]), readerId !== undefined);
  }
}

/** Everything that the views of one answer are made of. */
class Scene {
  constructor(
    private readonly posts: ReadonlyMap<Id, PostState>,
    private readonly users: ReadonlyMap<Id, UserSummary>,
    private readonly hasReader: boolean,
  ) {}

  view(id: Id): PostView | undefined {
    const state = this.visible(id);
    if (!state) return undefined;
    return {
      ...this.fields(state),
      ...(state.subject && { subject: this.subject(state.subject) }),
      ...(state.inReplyTo && { inReplyTo: this.subject(state.inReplyTo) }),
    };
  }

  embedded(id: Id): EmbeddedPostView | undefined {
    const state = this.visible(id);
    if (!state) return undefined;
    return {
      ...this.fields(state),
      ...(state.subject && { subject: reference(state.subject) }),
      ...(state.inReplyTo && { inReplyTo: reference(state.inReplyTo) }),
    };
  }

  private visible(id: Id): PostState | undefined {
    const state = this.posts.get(id);
    return state?.hidden ? undefined : state;
  }

  private subject(to: PostReference): SubjectView {
    const post = this.embedded(to.id);
    return post ? { ...reference(to), post } : { id: to.id, state: 'hidden' };
  }

  private fields({ post, counts, reposted }: PostState): EmbeddedPostView {
    const { id, username, displayName } = this.user(post.authorId);
    return {
      id: post.id,
      kind: post.kind,
      author: { id, username, ...(displayName && { displayName }) },
      createdAt: rfc3339(timeOf(post.id)),
      ...(post.kind !== 'repost' && {
        text: post.text ?? '',
        mentions: post.mentionIds.map((mentioned) => this.mention(mentioned)),
        conversationId: post.conversationId,
        counts,
      }),
      ...(this.hasReader && { viewer: { reposted } }),
    };
  }

  private mention(userId: Id): { id: Id; username: string } {
    const { id, username } = this.user(userId);
    return { id, username };
  }

  private user(id: Id): UserSummary {
    const user = this.users.get(id);
    if (!user) throw new Error(`Post refers to a user who is not there: ${id}`);
    return user;
  }
}

function reference({ id, hidden }: PostReference): PostReferenceView {
  return { id, state: hidden ? 'hidden' : 'available' };
}
