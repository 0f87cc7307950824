import type { Sent } from './wire.ts';

export interface Fault {
  readonly what: string;
  /** The request that shows it. */
  readonly sent?: Sent;
}

export interface Result {
  /** The section of the contract. */
  readonly section: string;
  /** In words of the contract. */
  readonly promise: string;
  readonly checked: string;
  requests: number;
  outcome: 'pass' | 'fail' | 'skip';
  reason?: string;
  readonly faults: Fault[];
  /** Faults beyond those that are kept. */
  more: number;
}

const MOST_FAULTS = 3;
const LONGEST_MESSAGE = 1_000;

export function result(section: string, promise: string, checked: string): Result {
  return { section, promise, checked, requests: 0, outcome: 'pass', faults: [], more: 0 };
}

/** Adds a fault, unless the same was seen before. */
export function addFault(to: Result, fault: Fault): void {
  to.outcome = 'fail';
  if (to.faults.some(({ what }) => what === fault.what) || to.faults.length === MOST_FAULTS) to.more += 1;
  else to.faults.push(fault);
}

/** What somebody who did not expect it says, in few words. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE);
}
