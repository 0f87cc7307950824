import { Injectable } from '@nestjs/common';
import type { Id } from '../../../shared/ids.js';
import { repostOf } from '../domain/post.js';
import { type Published, PostStore } from '../posts.ports.js';
import { Publishing } from './publishing.js';

@Injectable()
export class Repost {
  constructor(
    private readonly posts: PostStore,
    private readonly publishing: Publishing,
  ) {}

  /** A second repost of the same subject is the first one, not created again. */
  async execute(input: { authorId: Id; postId: Id }): Promise<Published> {
    const referred = await this.posts.getSubject(input.postId);
    return this.publishing.publish(repostOf(referred, input.authorId), { referred });
  }
}
