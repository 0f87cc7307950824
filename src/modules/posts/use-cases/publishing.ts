import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { Clock } from '../../../shared/clock.js';
import type { IdempotencyKey } from '../../../shared/idempotency.js';
import { UserStore } from '../../users/users.public.js';
import { mentionedNames } from '../domain/mentions.js';
import { mentioning, type Post, type PostDraft } from '../domain/post.js';
import { postPublished } from '../domain/post.events.js';
import { POSTING_POLICIES } from '../domain/policies/posting-policies.js';
import { type Published, PostStore } from '../posts.ports.js';

/** What the use cases that write a post have in common: judge, resolve mentions, store. */
@Injectable()
export class Publishing {
  constructor(
    private readonly posts: PostStore,
    private readonly users: UserStore,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @throws the error of the first policy that the draft breaks, and those of PostStore.publish. */
  async publish(
    draft: PostDraft,
    context: { referred?: Post; idempotencyKey?: IdempotencyKey | undefined } = {},
  ): Promise<Published> {
    const { referred, idempotencyKey } = context;
    const limits = { textLength: this.config.postMaxLength };
    const attempt = { draft, ...(referred && { referred }), limits, now: this.clock.now() };
    for (const policy of POSTING_POLICIES) policy(attempt);
    return this.posts.publish(await this.withMentions(draft), {
      postsPerDay: this.config.postsPerDay,
      eventsOf: (post) => [postPublished(post, referred?.authorId)],
      ...(idempotencyKey && { idempotencyKey }),
    });
  }

  private async withMentions(draft: PostDraft): Promise<PostDraft> {
    const names = mentionedNames(draft.text ?? '');
    if (names.length === 0) return draft;
    const ids = await this.users.idsOf(names);
    const existing = names.flatMap((name) => ids.get(name) ?? []);
    return mentioning(draft, existing.slice(0, this.config.mentionsPerPost));
  }
}
