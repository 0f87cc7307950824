import { createHash } from 'node:crypto';
import { AccountStore, type NewAccount } from '../../modules/accounts/accounts.ports.js';
import { SubjectTaken } from '../../modules/accounts/domain/account.errors.js';
import { UsernameTaken } from '../../modules/users/domain/user.errors.js';
import type { Id, Ids } from '../../shared/ids.js';
import { duplicateFields, type MongoDatabase } from './mongo-database.js';
import type { UserDocument } from './mongo-documents.js';
import { toId, toUuid } from './mongo-ids.js';
import { nameClaim } from './mongo-user-store.js';

/** The user and their claims come into being in one transaction: registrations share no document but a claim they fight for. */
export class MongoAccountStore extends AccountStore {
  constructor(
    private readonly db: MongoDatabase,
    private readonly ids: Ids,
  ) {
    super();
  }

  async register({ username, displayName, credential }: NewAccount): Promise<Id> {
    const id = this.ids.next();
    const userId = toUuid(id);
    const user: UserDocument = {
      _id: userId,
      username,
      usernameLower: username.toLowerCase(),
      ...(displayName !== undefined && { displayName }),
      ...('passwordHash' in credential && { passwordHash: credential.passwordHash }),
      counts: { followers: 0, following: 0, posts: 0 },
    };
    const subject = 'subject' in credential ? subjectClaim(credential.issuer, credential.subject) : undefined;
    try {
      await this.db.transaction(async ({ session, collection }) => {
        const claims = collection('claims');
        if (subject !== undefined) {
          await claims.insertOne({ _id: subject, userId }, { session }).catch((error: unknown) => {
            throw duplicateFields(error).length > 0 ? new SubjectTaken() : error;
          });
        }
        await claims.insertOne({ _id: nameClaim(username), userId }, { session });
        await collection('users').insertOne(user, { session });
      });
    } catch (error) {
      throw duplicateFields(error).length > 0 ? new UsernameTaken() : error;
    }
    return id;
  }

  async findPassword(username: string): Promise<{ userId: Id; passwordHash: string } | undefined> {
    const claims = this.db.collection('claims');
    const pipeline = [
      { $match: { _id: nameClaim(username) } },
      { $lookup: { from: 'users', localField: 'userId', foreignField: '_id', as: 'users' } },
    ];
    const [found] = await this.db.run(() => claims.aggregate<{ users: UserDocument[] }>(pipeline).toArray());
    const user = found?.users[0];
    return user?.passwordHash === undefined
      ? undefined
      : { userId: toId(user._id), passwordHash: user.passwordHash };
  }

  async findSubject(issuer: string, subject: string): Promise<Id | undefined> {
    const claim = await this.db.run(() =>
      this.db.collection('claims').findOne({ _id: subjectClaim(issuer, subject) }),
    );
    return claim ? toId(claim.userId) : undefined;
  }
}

/** A digest: issuers choose how long their subjects are. */
function subjectClaim(issuer: string, subject: string): string {
  return `subject:${createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')}`;
}
