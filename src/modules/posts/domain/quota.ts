import { DAY } from '../../../shared/clock.js';

/** The UTC calendar day of an instant, as days since the epoch. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY);
}

/** The instant (ms) at which the quota of the day of `ms` ends. */
export function quotaResetsAt(ms: number): number {
  return (dayOf(ms) + 1) * DAY;
}
