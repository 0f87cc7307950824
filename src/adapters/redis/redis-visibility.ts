import type { Clock } from '../../shared/clock.js';
import { type Id, lowestIdAt, timeOf } from '../../shared/ids.js';
import { Visibility } from '../../shared/page.js';
import { MOST_LATE } from './redis-timeline-store.js';

/** Where ids become visible in their order: how long a commit may take whose ids are stamped inside of it, in ms. */
const LONGEST_COMMIT = 4_000;

/** Home timelines may have a post a little later than the database, and after one with a higher id. */
export class RedisVisibility extends Visibility {
  constructor(
    private readonly inner: Visibility,
    private readonly clock: Clock,
  ) {
    super();
  }

  settledBefore(): Id {
    const committed = Math.min(timeOf(this.inner.settledBefore()), this.clock.now() - LONGEST_COMMIT);
    return lowestIdAt(committed - MOST_LATE);
  }
}
