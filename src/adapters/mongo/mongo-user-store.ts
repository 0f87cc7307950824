import type { mongo } from 'mongoose';
import { UsernameTaken } from '../../modules/users/domain/user.errors.js';
import type { ProfileChanges, UserSummary } from '../../modules/users/domain/user.js';
import { type UserState, UserStore } from '../../modules/users/users.ports.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import { duplicateFields, type MongoDatabase } from './mongo-database.js';
import type { Pending, UserDocument, Uuid } from './mongo-documents.js';
import { edgeKey, toId, toUuid, within } from './mongo-ids.js';

/** A row of what `load` reads: a user, what is to be added to counters, or a following. */
type Row = Partial<UserDocument> & {
  readonly pending?: readonly Pending[];
  readonly follower?: Uuid;
  readonly followed?: Uuid;
};

export class MongoUserStore extends UserStore {
  constructor(private readonly db: MongoDatabase) {
    super();
  }

  async load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, UserState>> {
    if (ids.length === 0) return new Map();
    const rows = await this.rows(ids, readerId);
    const edges = new Set(
      rows.flatMap(({ follower, followed }) => (follower && followed ? toId(follower) + toId(followed) : [])),
    );
    const pending = rows.flatMap((row) => row.pending ?? []);
    const users = rows.filter((row): row is UserDocument => row.username !== undefined);
    return new Map(
      users.map((user) => {
        const id = toId(user._id);
        const counted = (what: keyof UserDocument['counts']): number =>
          pending
            .filter((one) => one.what === what && toId(one.of) === id)
            .reduce((sum, { by }) => sum + by, user.counts[what]);
        const state: UserState = {
          ...toSummary(user),
          ...(user.bio !== undefined && { bio: user.bio }),
          followersCount: counted('followers'),
          followingCount: counted('following'),
          postsCount: counted('posts'),
          ...(readerId !== undefined && {
            relation: { following: edges.has(readerId + id), followedBy: edges.has(id + readerId) },
          }),
        };
        return [id, state];
      }),
    );
  }

  summaries(ids: readonly Id[]): Promise<Map<Id, UserSummary>> {
    if (ids.length === 0) return Promise.resolve(new Map<Id, UserSummary>());
    return this.db.run(async () => {
      const projection = { username: 1, displayName: 1 };
      const users = await this.db
        .collection('users')
        .find({ _id: { $in: ids.map(toUuid) } }, { projection })
        .toArray();
      return new Map(users.map((user) => [toId(user._id), toSummary(user)]));
    });
  }

  async findByUsername(username: string, readerId?: Id): Promise<UserState | undefined> {
    const id = (await this.idsOf([username])).get(username.toLowerCase());
    return id === undefined ? undefined : (await this.load([id], readerId)).get(id);
  }

  idsOf(usernames: readonly string[]): Promise<Map<string, Id>> {
    if (usernames.length === 0) return Promise.resolve(new Map<string, Id>());
    return this.db.run(async () => {
      const names = usernames.map((name) => nameClaim(name));
      const claims = await this.db
        .collection('claims')
        .find({ _id: { $in: names } })
        .toArray();
      return new Map(claims.map(({ _id, userId }) => [_id.slice(nameClaim('').length), toId(userId)]));
    });
  }

  list(stretch: Stretch): Promise<Id[]> {
    return this.find({}, stretch);
  }

  listByPrefix(prefix: string, stretch: Stretch): Promise<Id[]> {
    const lower = prefix.toLowerCase();
    return this.find({ usernameLower: { $gte: lower, $lt: `${lower}\u{10ffff}` } }, stretch);
  }

  async change(id: Id, { username, displayName, bio }: ProfileChanges): Promise<void> {
    const changes: mongo.UpdateFilter<UserDocument> = {
      $set: { ...(displayName !== undefined && { displayName }), ...(bio && { bio }) },
      ...(bio === '' && { $unset: { bio: true } }),
    };
    if (username !== undefined) await this.rename(id, username, changes);
    else if (displayName !== undefined || bio !== undefined) {
      await this.db.run(() => this.db.collection('users').updateOne({ _id: toUuid(id) }, changes));
    }
  }

  /** The name's claim and the user change together. */
  private async rename(id: Id, username: string, changes: mongo.UpdateFilter<UserDocument>): Promise<void> {
    const _id = toUuid(id);
    const usernameLower = username.toLowerCase();
    const renamed = { ...changes, $set: { ...changes.$set, username, usernameLower } };
    try {
      await this.db.transaction(async ({ session, collection }) => {
        const before = await collection('users').findOneAndUpdate({ _id }, renamed, { session });
        if (!before || before.usernameLower === usernameLower) return;
        const claims = collection('claims');
        await claims.deleteOne({ _id: nameClaim(before.username), userId: _id }, { session });
        await claims.insertOne({ _id: nameClaim(username), userId: _id }, { session });
      });
    } catch (error) {
      throw duplicateFields(error).length > 0 ? new UsernameTaken() : error;
    }
  }

  private find(filter: mongo.Filter<UserDocument>, stretch: Stretch): Promise<Id[]> {
    const bounds = within('_id', stretch);
    return this.db.run(async () => {
      const options = { ...bounds.options, projection: { _id: 1 } };
      const found = await this.db
        .collection('users')
        .find({ ...filter, ...bounds.filter }, options)
        .toArray();
      return found.map(({ _id }) => toId(_id));
    });
  }

  private rows(ids: readonly Id[], readerId: Id | undefined): Promise<Row[]> {
    const uuids = ids.map(toUuid);
    const also = (coll: string, $match: object, $project: object): mongo.Document => ({
      $unionWith: { coll, pipeline: [{ $match }, { $project }] },
    });
    const pending = { 'pending.of': { $in: uuids } };
    const edges =
      readerId === undefined ? [] : ids.flatMap((id) => [edgeKey(readerId, id), edgeKey(id, readerId)]);
    const pipeline = [
      { $match: { _id: { $in: uuids } } },
      { $project: { username: 1, displayName: 1, bio: 1, counts: 1 } },
      also('posts', pending, { pending: 1 }),
      also('follows', pending, { pending: 1 }),
      ...(edges.length > 0
        ? [also('follows', { _id: { $in: edges }, on: true }, { follower: 1, followed: 1 })]
        : []),
    ];
    return this.db.run(() => this.db.collection('users').aggregate<Row>(pipeline).toArray());
  }
}

/** The claim to a username. */
export function nameClaim(username: string): string {
  return `name:${username.toLowerCase()}`;
}

function toSummary({ _id, username, displayName }: UserDocument): UserSummary {
  return { id: toId(_id), username, ...(displayName !== undefined && { displayName }) };
}
