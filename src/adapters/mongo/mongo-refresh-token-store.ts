import { RefreshTokenStore } from '../../modules/accounts/accounts.ports.js';
import type { Clock } from '../../shared/clock.js';
import type { Id, Ids } from '../../shared/ids.js';
import type { MongoDatabase } from './mongo-database.js';
import type { Uuid } from './mongo-documents.js';
import { toId, toUuid } from './mongo-ids.js';

/** A family is one document that knows its newest token: trading is one write to it, and ending takes it away. */
export class MongoRefreshTokenStore extends RefreshTokenStore {
  constructor(
    private readonly db: MongoDatabase,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {
    super();
  }

  async open(userId: Id, digest: string, expiresAt: number): Promise<void> {
    const family = toUuid(this.ids.next());
    await this.db.run(async () => {
      await this.add(digest, family, expiresAt);
      const document = { _id: family, userId: toUuid(userId), current: digest, expiresAt };
      await this.db.collection('tokenFamilies').insertOne(document);
    });
  }

  rotate(digest: string, nextDigest: string, expiresAt: number): Promise<Id | undefined> {
    return this.db.run(async () => {
      const token = await this.db.collection('refreshTokens').findOne({ _id: digest });
      if (!token || token.expiresAt <= this.clock.now()) return undefined;
      const families = this.db.collection('tokenFamilies');
      // Before it is good, so that a family never has a newest token that is not known.
      await this.add(nextDigest, token.family, expiresAt);
      const traded = await families.findOneAndUpdate(
        { _id: token.family, current: digest },
        { $set: { current: nextDigest, expiresAt } },
      );
      if (traded) return toId(traded.userId);
      await families.deleteOne({ _id: token.family });
      return undefined;
    });
  }

  async end(digest: string): Promise<void> {
    await this.db.run(async () => {
      const token = await this.db.collection('refreshTokens').findOne({ _id: digest });
      if (token) await this.db.collection('tokenFamilies').deleteOne({ _id: token.family });
    });
  }

  private async add(digest: string, family: Uuid, expiresAt: number): Promise<void> {
    await this.db.collection('refreshTokens').insertOne({ _id: digest, family, expiresAt });
  }
}
