import { type Clock, SECOND } from '../../shared/clock.js';
import { type Id, lowestIdAt } from '../../shared/ids.js';
import { Visibility } from '../../shared/page.js';

/**
 * The fence of writes, and as much again and more for what comes on top: the time until a majority has a write, and what
 * is left of the difference between the clocks.
 */
const SETTLED_AFTER = 5 * SECOND;

/** Several processes make ids, so that one may become visible after a higher one of another process, for a while. */
export class MongoVisibility extends Visibility {
  constructor(private readonly clock: Clock) {
    super();
  }

  settledBefore(): Id {
    return lowestIdAt(this.clock.now() - SETTLED_AFTER);
  }
}
