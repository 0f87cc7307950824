import { Clock } from '../../shared/clock.js';

/** The clock of this machine, until it is told to follow another one. */
export class SystemClock extends Clock {
  private source = (): number => Date.now();

  now(): number {
    return this.source();
  }

  /** `now` answers milliseconds since the epoch. */
  follow(now: () => number): void {
    this.source = now;
  }
}
