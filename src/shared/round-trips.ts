type Listener = (to: 'database' | 'redis') => void;

let listener: Listener | undefined;

/**
 * Told of every command that a database gets and of every round trip to Redis, where somebody wants to count them. There is
 * one listener at a time; undefined: none.
 */
export const RoundTrips = {
  happened: (to: 'database' | 'redis'): void => listener?.(to),
  listen: (to: Listener | undefined): void => {
    listener = to;
  },
};
