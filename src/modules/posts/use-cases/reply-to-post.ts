import { Injectable } from '@nestjs/common';
import type { IdempotencyKey } from '../../../shared/idempotency.js';
import type { Id } from '../../../shared/ids.js';
import { normalizeText } from '../../../shared/text.js';
import { replyTo } from '../domain/post.js';
import { type Published, PostStore } from '../posts.ports.js';
import { Publishing } from './publishing.js';

@Injectable()
export class ReplyToPost {
  constructor(
    private readonly posts: PostStore,
    private readonly publishing: Publishing,
  ) {}

  async execute(input: {
    authorId: Id;
    postId: Id;
    text: string;
    idempotencyKey?: IdempotencyKey | undefined;
  }): Promise<Published> {
    const referred = await this.posts.getSubject(input.postId);
    const draft = replyTo(referred, input.authorId, normalizeText(input.text));
    return this.publishing.publish(draft, { referred, idempotencyKey: input.idempotencyKey });
  }
}
