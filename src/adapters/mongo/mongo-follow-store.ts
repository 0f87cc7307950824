import { type Follow, FollowStore } from '../../modules/follows/follows.ports.js';
import type { Relation } from '../../modules/users/users.ports.js';
import { ServiceUnavailable } from '../../shared/errors.js';
import type { DomainEvent } from '../../shared/events.js';
import type { Id, Ids } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { MongoDatabase } from './mongo-database.js';
import type { Pending } from './mongo-documents.js';
import { edgeKey, toId, toUuid, within } from './mongo-ids.js';
import { type MongoOutbox, toStoredEvents } from './mongo-outbox.js';

const LATE_ATTEMPTS = 3;

/** A following is one document, changed by one write; nothing that other followers write too is touched. */
export class MongoFollowStore extends FollowStore {
  constructor(
    private readonly db: MongoDatabase,
    private readonly ids: Ids,
    private readonly outbox: MongoOutbox,
  ) {
    super();
  }

  async follow(followerId: Id, followedId: Id, events: readonly DomainEvent[]): Promise<Relation> {
    for (let attempt = 0; attempt < LATE_ATTEMPTS; attempt += 1) {
      const follows = await this.begin(followerId, followedId, events);
      if (follows === 'late') continue;
      if (follows === 'new' && events.length > 0) this.outbox.announce();
      return { following: true, followedBy: await this.follows(followedId, followerId) };
    }
    throw new ServiceUnavailable(1);
  }

  async unfollow(followerId: Id, followedId: Id): Promise<Relation> {
    await this.db.run(() =>
      this.db
        .collection('follows')
        .updateOne(
          { _id: edgeKey(followerId, followedId), follower: toUuid(followerId), on: true },
          { $set: { on: false }, $push: { pending: { $each: pendingOf(followerId, followedId, -1) } } },
        ),
    );
    return { following: false, followedBy: await this.follows(followedId, followerId) };
  }

  followersOf(userId: Id, stretch: Stretch): Promise<Follow[]> {
    return this.list('followed', 'follower', userId, stretch);
  }

  followedBy(userId: Id, stretch: Stretch): Promise<Follow[]> {
    return this.list('follower', 'followed', userId, stretch);
  }

  async followersAmong(userIds: readonly Id[], followedId: Id): Promise<Id[]> {
    const find = {
      _id: { $in: userIds.map((id) => edgeKey(id, followedId)) },
      // The shards are found by it.
      follower: { $in: userIds.map(toUuid) },
      on: true,
    };
    const found = await this.db.run(() =>
      this.db
        .collection('follows')
        .find(find, { projection: { _id: 0, follower: 1 } })
        .toArray(),
    );
    return found.map((follow) => toId(follow.follower));
  }

  private async begin(
    followerId: Id,
    followedId: Id,
    events: readonly DomainEvent[],
  ): Promise<'new' | 'old' | 'late'> {
    const madeAt = this.db.now();
    const begun = {
      follower: toUuid(followerId),
      followed: toUuid(followedId),
      id: toUuid(this.ids.next()),
      on: true,
    };
    const added = (field: string, values: readonly object[]): object => ({
      $concatArrays: [{ $ifNull: [`$${field}`, []] }, { $literal: values }],
    });
    const changed = {
      $mergeObjects: [
        '$$ROOT',
        { $literal: begun },
        {
          pending: added('pending', pendingOf(followerId, followedId, 1)),
          ...(events.length > 0 && { events: added('events', toStoredEvents(events)) }),
        },
      ],
    };
    const unlessOn = (otherwise: object): object => ({
      $cond: [{ $eq: ['$on', true] }, '$$ROOT', otherwise],
    });
    const before = await this.db.writeInTime(
      'follows',
      { _id: edgeKey(followerId, followedId), follower: begun.follower },
      {
        madeAt,
        ifInTime: unlessOn(changed),
        ifLate: unlessOn({ $mergeObjects: ['$$ROOT', { on: 'late' }] }),
      },
    );
    if (before === 'late') return 'late';
    return before?.on === true ? 'old' : 'new';
  }

  private async follows(followerId: Id, followedId: Id): Promise<boolean> {
    const filter = { _id: edgeKey(followerId, followedId), follower: toUuid(followerId), on: true };
    return this.db.run(
      async () => (await this.db.collection('follows').findOne(filter, { projection: { _id: 1 } })) !== null,
    );
  }

  private list(
    of: 'follower' | 'followed',
    other: 'follower' | 'followed',
    userId: Id,
    stretch: Stretch,
  ): Promise<Follow[]> {
    const { filter, options } = within('id', stretch);
    return this.db.run(async () => {
      const find = { [of]: toUuid(userId), on: true, ...filter };
      const projection = { _id: 0, id: 1, [other]: 1 };
      const found = await this.db
        .collection('follows')
        .find(find, { ...options, projection })
        .toArray();
      return found.map((follow) => ({ id: toId(follow.id), userId: toId(follow[other]) }));
    });
  }
}

function pendingOf(followerId: Id, followedId: Id, by: 1 | -1): Pending[] {
  return [
    { of: toUuid(followerId), what: 'following', by },
    { of: toUuid(followedId), what: 'followers', by },
  ];
}
