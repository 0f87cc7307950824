/** How often something was done in its present window. */
export interface Hits {
  /** This one included. */
  readonly count: number;
  /** Milliseconds until the window is over. */
  readonly endsIn: number;
}

/** Counts in fixed windows that begin with their first hit, in constant time; over all processes where they share something. */
export abstract class RequestCounter {
  /** Counts a hit of `key`, whose windows last `windowMs`. */
  abstract hit(key: string, windowMs: number): Promise<Hits>;
}
