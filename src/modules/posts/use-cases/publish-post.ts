import { Injectable } from '@nestjs/common';
import type { IdempotencyKey } from '../../../shared/idempotency.js';
import type { Id } from '../../../shared/ids.js';
import { normalizeText } from '../../../shared/text.js';
import { original } from '../domain/post.js';
import type { Published } from '../posts.ports.js';
import { Publishing } from './publishing.js';

@Injectable()
export class PublishPost {
  constructor(private readonly publishing: Publishing) {}

  async execute(input: {
    authorId: Id;
    text: string;
    idempotencyKey?: IdempotencyKey | undefined;
  }): Promise<Published> {
    const draft = original(input.authorId, normalizeText(input.text));
    return this.publishing.publish(draft, { idempotencyKey: input.idempotencyKey });
  }
}
