import { type mongo } from 'mongoose';
import type { Post, PostDraft } from '../../modules/posts/domain/post.js';
import { PostNotFound, QuotaExceeded } from '../../modules/posts/domain/post.errors.js';
import { dayOf, quotaResetsAt } from '../../modules/posts/domain/quota.js';
import {
  type Published,
  PostStore,
  type PostState,
  type PublishTerms,
} from '../../modules/posts/posts.ports.js';
import { type Clock, DAY, SECOND } from '../../shared/clock.js';
import { ServiceUnavailable } from '../../shared/errors.js';
import { IDEMPOTENCY_KEPT_MS, type IdempotencyKey, IdempotencyKeyInUse } from '../../shared/idempotency.js';
import { type Id, type Ids, lowestIdAt, timeOf } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import { duplicateFields, type MongoDatabase } from './mongo-database.js';
import type { PostDocument } from './mongo-documents.js';
import { bucketOf, inBucketOf, toId, toUuid, within } from './mongo-ids.js';
import type { MongoOutbox } from './mongo-outbox.js';
import {
  LISTED,
  LOADED_FIELDS,
  type LoadedPost,
  loadPipeline,
  pendingOf,
  toDocument,
  toPost,
  toStates,
} from './mongo-post-documents.js';

/** Others may take a number of the day's posts first, or the write may come late: then it is tried again. */
const ATTEMPTS = 100;
const LATE_ATTEMPTS = 3;

interface Standing {
  readonly used: number;
  readonly referred?: Pick<PostDocument, 'hidden'>;
  readonly repost?: PostDocument;
  readonly isKeyUsed: boolean;
}

/** A post is one document, and publishing it is one write: unique indexes hold the quota, the repost and the key. */
export class MongoPostStore extends PostStore {
  private readonly writing = new Map<Id, Promise<unknown>>();

  constructor(
    private readonly db: MongoDatabase,
    private readonly ids: Ids,
    private readonly clock: Clock,
    private readonly outbox: MongoOutbox,
  ) {
    super();
  }

  /** One author's posts are written one after the other: they would only get into each other's way. */
  publish(draft: PostDraft, terms: PublishTerms): Promise<Published> {
    return this.inTurn(draft.authorId, () => this.write(draft, terms));
  }

  private async inTurn<Result>(authorId: Id, work: () => Promise<Result>): Promise<Result> {
    const before = this.writing.get(authorId) ?? Promise.resolve();
    const result = before.then(work, work);
    this.writing.set(authorId, result);
    try {
      return await result;
    } finally {
      if (this.writing.get(authorId) === result) this.writing.delete(authorId);
    }
  }

  private async write(draft: PostDraft, terms: PublishTerms): Promise<Published> {
    const referredId = draft.subjectId ?? draft.inReplyToId;
    for (let attempt = 0, late = 0; attempt < ATTEMPTS && late < LATE_ATTEMPTS; attempt += 1) {
      const madeAt = this.db.now();
      const id = inBucketOf(draft.authorId, this.ids.next());
      const { used, referred, repost, isKeyUsed } = await this.standing(id, draft, terms.idempotencyKey);
      if (referredId !== undefined && referred?.hidden !== false) throw new PostNotFound();
      if (repost?.hidden) throw new PostNotFound();
      if (repost) return { post: toPost(repost), created: false, usedToday: used };
      if (isKeyUsed) throw new IdempotencyKeyInUse();
      const post: Post = { ...draft, id, conversationId: draft.conversationId ?? id };
      const events = terms.eventsOf(post);
      const document = toDocument(post, events);
      if (terms.idempotencyKey) {
        document.key = { ...terms.idempotencyKey, until: this.clock.now() + IDEMPOTENCY_KEPT_MS };
      }
      if (terms.postsPerDay > 0 && used >= terms.postsPerDay) throw quotaExceeded(post, terms.postsPerDay);
      if (terms.postsPerDay > 0) {
        document.day = dayOf(timeOf(id));
        document.slot = used + 1;
      }
      const stored = await this.store(document, madeAt);
      if (stored === 'late') late += 1;
      if (stored !== 'stored') continue;
      if (events.length > 0) this.outbox.announce();
      return { post, created: true, usedToday: used + 1 };
    }
    throw new ServiceUnavailable(1);
  }

  find(id: Id): Promise<Post | undefined> {
    return this.db.run(async () => {
      const filter = { _id: toUuid(id), bucket: bucketOf(id), hidden: false };
      const found = await this.db.collection('posts').findOne(filter, { projection: LOADED_FIELDS });
      return found ? toPost(found) : undefined;
    });
  }

  override async getSubject(id: Id): Promise<Post> {
    const [found] = await this.aggregate([id]);
    const meant = found?.kind === 'repost' && !found.hidden ? found.referred[0] : found;
    if (!meant || meant.hidden) throw new PostNotFound();
    return toPost(meant);
  }

  async load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, PostState>> {
    return ids.length === 0 ? new Map() : toStates(await this.aggregate(ids, readerId));
  }

  repliesTo(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.list(id, 'reply', stretch);
  }

  quotesOf(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.list(id, 'quote', stretch);
  }

  repostsOf(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.list(id, 'repost', stretch);
  }

  usedOn(day: number, authorId: Id): Promise<number> {
    return this.db.run(() => this.db.collection('posts').countDocuments(ofDay(day, authorId)));
  }

  async setHidden(id: Id, hidden: boolean): Promise<void> {
    await this.db.run(async () => {
      const posts = this.db.collection('posts');
      const key = { _id: toUuid(id), bucket: bucketOf(id) };
      const found = await posts.findOne(key, { projection: LOADED_FIELDS });
      if (!found) throw new PostNotFound();
      if (found.hidden === hidden) return;
      const pending = pendingOf(toPost(found), hidden ? -1 : 1);
      await posts.updateOne(
        { ...key, hidden: !hidden },
        {
          $set: { hidden, ...(!hidden && { listed: LISTED[found.kind] }) },
          ...(hidden && { $unset: { listed: true } }),
          $push: { pending: { $each: pending } },
        },
      );
    });
  }

  private list(id: Id, kind: PostDocument['kind'], stretch: Stretch): Promise<Id[]> {
    const { filter, options } = within('_id', stretch);
    return this.db.run(async () => {
      const find = { refersTo: toUuid(id), kind, hidden: false, ...filter };
      const found = await this.db
        .collection('posts')
        .find(find, { ...options, projection: { _id: 1 } })
        .toArray();
      return found.map(({ _id }) => toId(_id));
    });
  }

  private aggregate(ids: readonly Id[], readerId?: Id): Promise<LoadedPost[]> {
    return this.db.run(() =>
      this.db.collection('posts').aggregate<LoadedPost>(loadPipeline(ids, readerId)).toArray(),
    );
  }

  /** All that decides whether a draft may be published, in one command. */
  private async standing(
    id: Id,
    { kind, authorId, subjectId, inReplyToId }: PostDraft,
    key?: IdempotencyKey,
  ): Promise<Standing> {
    const referredId = subjectId ?? inReplyToId;
    const pipeline: mongo.Document[] = [{ $match: ofDay(dayOf(timeOf(id)), authorId) }, { $count: 'used' }];
    const add = ($match: object, $project: object): void => {
      pipeline.push({ $unionWith: { coll: 'posts', pipeline: [{ $match }, { $project }] } });
    };
    if (referredId !== undefined) {
      add({ _id: toUuid(referredId), bucket: bucketOf(referredId) }, { referredHidden: '$hidden' });
      if (kind === 'repost') {
        const bucket = bucketOf(authorId);
        add({ bucket, authorId: toUuid(authorId), refersTo: toUuid(referredId), kind }, LOADED_FIELDS);
      }
    }
    if (key) {
      const its = { bucket: bucketOf(authorId), authorId: toUuid(authorId), 'key.digest': key.digest };
      add({ ...its, 'key.until': { $gt: this.clock.now() } }, { keyUsed: '$key.until' });
    }
    const rows = await this.db.run(() => this.db.collection('posts').aggregate(pipeline).toArray());
    const hidden = rows.find((row) => 'referredHidden' in row)?.['referredHidden'] as boolean | undefined;
    const repost = rows.find((row) => 'kind' in row) as PostDocument | undefined;
    return {
      used: Number(rows.find((row) => 'used' in row)?.['used'] ?? 0),
      ...(hidden !== undefined && { referred: { hidden } }),
      ...(repost && { repost }),
      isKeyUsed: rows.some((row) => 'keyUsed' in row),
    };
  }

  /** `taken`: by somebody else at the same time. */
  private async store(document: PostDocument, madeAt: number): Promise<'stored' | 'late' | 'taken'> {
    const { _id, bucket } = document;
    try {
      // An update that is sent again by the driver finds the document there.
      const before = await this.db.writeInTime(
        'posts',
        { _id, bucket },
        {
          madeAt,
          ifInTime: { $cond: [{ $eq: [{ $type: '$kind' }, 'missing'] }, { $literal: document }, '$$ROOT'] },
          ifLate: '$$ROOT',
        },
      );
      return before === 'late' ? 'late' : 'stored';
    } catch (error) {
      const fields = duplicateFields(error);
      if (fields.length === 0) throw error;
      if (!fields.includes('key.digest') || (await this.freeKey(document))) return 'taken';
      throw new IdempotencyKeyInUse();
    }
  }

  /** Takes the key from a post that has had it for long enough. */
  private async freeKey({ key, authorId, bucket }: PostDocument): Promise<boolean> {
    const filter = { bucket, authorId, 'key.digest': key?.digest, 'key.until': { $lte: this.clock.now() } };
    const freed = await this.db.run(() =>
      this.db.collection('posts').updateOne(filter as mongo.Filter<PostDocument>, { $unset: { key: true } }),
    );
    return freed.modifiedCount > 0;
  }
}

function ofDay(day: number, authorId: Id): mongo.Filter<PostDocument> {
  const from = toUuid(lowestIdAt(day * DAY));
  const before = toUuid(lowestIdAt((day + 1) * DAY));
  return { bucket: bucketOf(authorId), authorId: toUuid(authorId), _id: { $gte: from, $lt: before } };
}

function quotaExceeded({ id }: Post, postsPerDay: number): QuotaExceeded {
  const at = timeOf(id);
  return new QuotaExceeded(postsPerDay, Math.ceil((quotaResetsAt(at) - at) / SECOND));
}
