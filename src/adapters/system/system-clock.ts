import { Clock } from '../../shared/clock.js';

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
