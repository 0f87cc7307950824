import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { ProfileChanges, User, UserSummary } from './domain/user.js';
import { UserNotFound } from './domain/user.errors.js';

/** How a reader and a user stand to each other. */
export interface Relation {
  /** The reader follows the user. */
  readonly following: boolean;
  /** The user follows the reader. */
  readonly followedBy: boolean;
}

/** A user as one reader sees them. */
export interface UserState extends User {
  readonly followersCount: number;
  readonly followingCount: number;
  /** All kinds but replies; hidden posts do not count. */
  readonly postsCount: number;
  /** Only where a reader was given. */
  readonly relation?: Relation;
}

/** Keeps the users. They come into being through the accounts. */
export abstract class UserStore {
  /** Those of `ids` (at most 1,000) that exist, in one command. */
  abstract load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, UserState>>;

  /** Only what names a user; those of `ids` that exist, in one command. */
  abstract summaries(ids: readonly Id[]): Promise<Map<Id, UserSummary>>;

  /** Case is ignored. */
  abstract findByUsername(username: string, readerId?: Id): Promise<UserState | undefined>;

  /**
   * Case is ignored.
   * @throws UserNotFound
   */
  async getByUsername(username: string, readerId?: Id): Promise<UserState> {
    const user = await this.findByUsername(username, readerId);
    if (!user) throw new UserNotFound();
    return user;
  }

  /** Case is ignored. The ids of those of `usernames` (at most 400) that exist, by the name in lower case. */
  abstract idsOf(usernames: readonly string[]): Promise<Map<string, Id>>;

  /**
   * Case is ignored. Costs less than the whole user.
   * @throws UserNotFound
   */
  async getIdByUsername(username: string): Promise<Id> {
    const id = (await this.idsOf([username])).get(username.toLowerCase());
    if (id === undefined) throw new UserNotFound();
    return id;
  }

  /** Ids of all users, by the time they joined. */
  abstract list(stretch: Stretch): Promise<Id[]>;

  /** Ids of the users whose name begins with `prefix`, case ignored, by the time they joined. */
  abstract listByPrefix(prefix: string, stretch: Stretch): Promise<Id[]>;

  /**
   * Changes what is given and nothing else. A new name is free of the old one at once.
   * @throws UsernameTaken when the name belongs to another user, whatever its case.
   */
  abstract change(id: Id, changes: ProfileChanges): Promise<void>;
}
