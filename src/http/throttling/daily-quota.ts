import type { Id } from '../../shared/ids.js';

/** What a request that published knows already: how much was used with the post, and when that was (ms). */
export interface UsedQuota {
  readonly used: number;
  readonly at: number;
}

/** How much of the daily quota of posts is used. */
export abstract class DailyQuota {
  /** `limit` 0: none. `resetsAt` in ms. `known` saves asking, if it is of the present day. */
  abstract of(userId: Id, known?: UsedQuota): Promise<{ limit: number; used: number; resetsAt: number }>;
}
