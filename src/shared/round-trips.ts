/** Told of every command that a database gets and of every round trip to Redis, where somebody wants to count them. */
export class RoundTrips {
  private static listener: ((to: 'database' | 'redis') => void) | undefined;

  static happened(to: 'database' | 'redis'): void {
    RoundTrips.listener?.(to);
  }

  /** There is one listener at a time; undefined: none. */
  static listen(listener: ((to: 'database' | 'redis') => void) | undefined): void {
    RoundTrips.listener = listener;
  }
}
