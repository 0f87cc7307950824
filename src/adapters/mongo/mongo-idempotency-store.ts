import type { Clock } from '../../shared/clock.js';
import { IdempotencyStore, type KeptAnswer } from '../../shared/idempotency.js';
import type { MongoDatabase } from './mongo-database.js';
import { toId } from './mongo-ids.js';

/** The record of a key is part of the post that was published under it. */
export class MongoIdempotencyStore extends IdempotencyStore {
  constructor(
    private readonly db: MongoDatabase,
    private readonly clock: Clock,
  ) {
    super();
  }

  find(digest: string): Promise<KeptAnswer | undefined> {
    return this.db.run(async () => {
      const filter = { 'key.digest': digest, 'key.until': { $gt: this.clock.now() } };
      const post = await this.db.collection('posts').findOne(filter, { projection: { key: 1 } });
      if (!post?.key) return undefined;
      const { fingerprint, body } = post.key;
      return { fingerprint, postId: toId(post._id), ...(body !== undefined && { body }) };
    });
  }

  async keepBody(digest: string, body: string): Promise<void> {
    await this.db.run(() =>
      this.db.collection('posts').updateOne({ 'key.digest': digest }, { $set: { 'key.body': body } }),
    );
  }
}
