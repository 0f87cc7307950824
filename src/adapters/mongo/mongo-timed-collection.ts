import type { mongo } from 'mongoose';
import { RoundTrips } from '../../shared/round-trips.js';

/** How long the server may work at one command, in ms. */
const MAX_TIME = 1_000;

/** At which place a method takes its options. */
const OPTIONS_AT = new Map<PropertyKey, number>([
  ['find', 1],
  ['findOne', 1],
  ['aggregate', 1],
  ['countDocuments', 1],
  ['insertOne', 1],
  ['bulkWrite', 1],
  ['deleteOne', 1],
  ['deleteMany', 1],
  ['updateOne', 2],
  ['updateMany', 2],
  ['findOneAndUpdate', 2],
]);

/** The collection, with a time limit on every command; each is counted. */
export function timed<Document extends object>(
  collection: mongo.Collection<Document>,
): mongo.Collection<Document> {
  return new Proxy(collection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const at = OPTIONS_AT.get(name);
      if (at === undefined)
        throw new TypeError(`No time limit is known for ${String(name)}: add it to the table.`);
      return (...values: unknown[]): unknown => {
        RoundTrips.happened('database');
        const given = [...values];
        given[at] = { maxTimeMS: MAX_TIME, ...(values[at] as object | undefined) };
        return Reflect.apply(value, target, given);
      };
    },
  });
}
