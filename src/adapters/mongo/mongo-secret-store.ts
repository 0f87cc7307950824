import { type Secret, type SecretPurpose, SecretStore } from '../../modules/accounts/accounts.ports.js';
import { type Ids, lowestIdAt, timeOf } from '../../shared/ids.js';
import { duplicateFields, type MongoDatabase } from './mongo-database.js';
import { toId, toUuid } from './mongo-ids.js';

export class MongoSecretStore extends SecretStore {
  constructor(
    private readonly db: MongoDatabase,
    private readonly ids: Ids,
  ) {
    super();
  }

  list(purpose: SecretPurpose): Promise<Secret[]> {
    return this.db.run(async () => {
      const found = await this.db.collection('secrets').find({ purpose }).sort({ number: 1 }).toArray();
      return found.map(({ _id, value }) => ({ id: toId(_id), value }));
    });
  }

  async add(purpose: SecretPurpose, value: string, unlessNewerThan: number): Promise<void> {
    const secrets = this.db.collection('secrets');
    await this.db.run(async () => {
      const [newest] = await secrets.find({ purpose }).sort({ number: -1 }).limit(1).toArray();
      if (newest && timeOf(toId(newest._id)) > unlessNewerThan) return;
      try {
        const number = (newest?.number ?? 0) + 1;
        await secrets.insertOne({ _id: toUuid(this.ids.next()), purpose, number, value });
      } catch (error) {
        // Another process added it in the meantime.
        if (duplicateFields(error).length === 0) throw error;
      }
    });
  }

  async removeOlderThan(purpose: SecretPurpose, ms: number): Promise<void> {
    const old = { purpose, _id: { $lt: toUuid(lowestIdAt(ms)) } };
    await this.db.run(() => this.db.collection('secrets').deleteMany(old));
  }
}
