import type { mongo } from 'mongoose';
import { type AuthorView, TimelineStore } from '../../modules/timelines/timelines.ports.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { MongoDatabase } from './mongo-database.js';
import type { PostDocument, Uuid } from './mongo-documents.js';
import { bucketOf, toId, toUuid, within } from './mongo-ids.js';

const VIEWS: Record<AuthorView, mongo.Filter<PostDocument>> = {
  posts: { listed: 'post' },
  'with-replies': { listed: { $in: ['post', 'reply'] }, kind: { $in: ['original', 'reply'] } },
};

export class MongoTimelineStore extends TimelineStore {
  constructor(private readonly db: MongoDatabase) {
    super();
  }

  all(stretch: Stretch): Promise<Id[]> {
    return this.list({ listed: 'post' }, stretch);
  }

  ofAuthor(authorId: Id, view: AuthorView, stretch: Stretch): Promise<Id[]> {
    return this.list({ bucket: bucketOf(authorId), authorId: toUuid(authorId), ...VIEWS[view] }, stretch);
  }

  async following(readerId: Id, stretch: Stretch): Promise<Id[]> {
    const follows = this.db.collection('follows');
    const edges = await this.db.run(() =>
      follows
        .find({ follower: toUuid(readerId), on: true })
        .project<{ followed: Uuid }>({ _id: 0, followed: 1 })
        .toArray(),
    );
    if (edges.length === 0) return [];
    const authors = edges.map(({ followed }) => followed);
    const buckets = [...new Set(authors.map((author) => bucketOf(toId(author))))];
    return this.list({ bucket: { $in: buckets }, authorId: { $in: authors }, listed: 'post' }, stretch);
  }

  followingAtOnce(readerId: Id, stretch: Stretch): Promise<Id[]> {
    return this.following(readerId, stretch);
  }

  private list(filter: mongo.Filter<PostDocument>, stretch: Stretch): Promise<Id[]> {
    const bounds = within('_id', stretch);
    return this.db.run(async () => {
      const options = { ...bounds.options, projection: { _id: 1 } };
      const found = await this.db
        .collection('posts')
        .find({ ...filter, ...bounds.filter }, options)
        .toArray();
      return found.map(({ _id }) => toId(_id));
    });
  }
}
