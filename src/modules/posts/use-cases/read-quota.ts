import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { Clock } from '../../../shared/clock.js';
import type { Id } from '../../../shared/ids.js';
import { dayOf, quotaResetsAt } from '../domain/quota.js';
import { PostStore } from '../posts.ports.js';

/** An author's quota of the present UTC day. */
export interface QuotaState {
  /** 0: no limit. */
  readonly limit: number;
  readonly used: number;
  /** Milliseconds since the epoch. */
  readonly resetsAt: number;
}

@Injectable()
export class ReadQuota {
  constructor(
    private readonly posts: PostStore,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  async execute(input: { userId: Id }): Promise<QuotaState> {
    const now = this.clock.now();
    const used = await this.posts.usedOn(dayOf(now), input.userId);
    return { limit: this.config.postsPerDay, used, resetsAt: quotaResetsAt(now) };
  }
}
