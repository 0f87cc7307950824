import { setTimeout } from 'node:timers/promises';
import type { Answer } from './wire.ts';

const SECOND = 1_000;

/** Keeps to the deployment's limits of requests: waits when nothing is left, for each user and for the address. */
export class Patience {
  private readonly waits = new Map<string, number>();
  private readonly say: (line: string) => void;
  private hasSaid = false;
  /** Of the default policy; undefined until an answer told of it. */
  limit: number | undefined;

  constructor(say: (line: string) => void) {
    this.say = say;
  }

  /** Waits until `who` may send to `route` again. */
  async before(who: string, route: string): Promise<void> {
    for (;;) {
      const until = Math.max(this.waits.get(who) ?? 0, this.waits.get(`${who} ${route}`) ?? 0);
      const left = until - Date.now();
      if (left <= 0) return;
      if (!this.hasSaid) {
        this.hasSaid = true;
        this.say(
          'The deployment limits requests, so now and then the kit waits. ' +
            'One with RATE_LIMIT_PER_MINUTE=0 and POSTS_PER_DAY=0 checks faster.',
        );
      }
      await setTimeout(left);
    }
  }

  /** Takes notice of what is left. Answers whether the request was refused for its number alone, and can be sent again. */
  after(who: string, route: string, { status, headers, json }: Answer): boolean {
    const quota = /"default";q=(\d+)/.exec(headers.get('ratelimit-policy') ?? '')?.[1];
    if (quota !== undefined) this.limit = Number(quota);
    const [, left, seconds] = /"default";r=(\d+);t=(\d+)/.exec(headers.get('ratelimit') ?? '') ?? [];
    if (left === '0') this.waits.set(who, Date.now() + Number(seconds) * SECOND);
    if (status !== 429 || (json as { code?: unknown } | undefined)?.code !== 'rate-limited') return false;
    // Something is left, and yet it was refused: a stricter limit of this route alone.
    const key = left === undefined || left === '0' ? who : `${who} ${route}`;
    this.waits.set(key, Date.now() + (Number(headers.get('retry-after')) || 1) * SECOND);
    return true;
  }
}
