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

  /** `known`: what was used at an instant (ms); it saves asking when that is of the present day. */
  async execute(input: {
    userId: Id;
    known?: { readonly used: number; readonly at: number } | undefined;
  }): Promise<QuotaState> {
    const { userId, known } = input;
    const now = this.clock.now();
    const day = dayOf(now);
    const used = known && dayOf(known.at) === day ? known.used : await this.posts.usedOn(day, userId);
    return { limit: this.config.postsPerDay, used, resetsAt: quotaResetsAt(now) };
  }
}
