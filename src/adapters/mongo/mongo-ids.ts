import { mongo } from 'mongoose';
import { HIGHEST_ID, type Id, LOWEST_ID } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { Uuid } from './mongo-documents.js';

export function toUuid(id: Id): Uuid {
  return new mongo.Binary(Buffer.from(id.replaceAll('-', ''), 'hex'), mongo.Binary.SUBTYPE_UUID);
}

export function toId(uuid: Uuid): Id {
  const hex = Buffer.from(uuid.buffer).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The key of the edge between two users. */
export function edgeKey(followerId: Id, followedId: Id): mongo.Binary {
  return new mongo.Binary(Buffer.concat([toUuid(followerId).buffer, toUuid(followedId).buffer]));
}

/** The shard of a post: its id ends like its author's, so that either of the two leads to it. */
export function bucketOf(id: Id): number {
  return Number.parseInt(id.slice(-4), 16);
}

/** The id of a post made from a new id: it ends like its author's. */
export function inBucketOf(authorId: Id, id: Id): Id {
  return id.slice(0, -4) + authorId.slice(-4);
}

/** Bounds for `field` and the order of a stretch. */
export function within(
  field: string,
  { from, before, newestFirst, limit }: Stretch,
): {
  filter: Record<string, unknown>;
  options: { sort: Record<string, 1 | -1>; limit: number };
} {
  const bounds = {
    ...(from !== LOWEST_ID && { $gte: toUuid(from) }),
    ...(before !== HIGHEST_ID && { $lt: toUuid(before) }),
  };
  return {
    filter: Object.keys(bounds).length > 0 ? { [field]: bounds } : {},
    options: { sort: { [field]: newestFirst ? -1 : 1 }, limit },
  };
}
