import type { Id } from '../../shared/ids.js';

/** How much of the daily quota of posts is used. */
export abstract class DailyQuota {
  /** `limit` 0: none. `resetsAt` in ms. */
  abstract of(userId: Id): Promise<{ limit: number; used: number; resetsAt: number }>;
}
