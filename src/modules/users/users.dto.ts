import { ApiSchema } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { Optional } from '../../http/validation.js';
import { pageOf } from '../../http/pagination/page-of.js';

@ApiSchema({ description: 'What names a user wherever a user is mentioned.' })
export class UserSummaryView {
  /** @example '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f' */
  id!: string;
  /** @example 'Ada' */
  username!: string;
  /** @example 'Ada Lovelace' */
  displayName?: string;
}

@ApiSchema({ description: 'How the reader and the user stand to each other.' })
export class RelationView {
  /**
   * The reader follows the user.
   * @example true
   */
  following!: boolean;
  /**
   * The user follows the reader.
   * @example false
   */
  followedBy!: boolean;
}

@ApiSchema({ description: "A user's profile." })
export class UserView extends UserSummaryView {
  /** @example 'Notes on the Analytical Engine.' */
  bio?: string;
  /**
   * RFC 3339, UTC.
   * @example '2021-03-25T09:30:00.000Z'
   */
  joinedAt!: string;
  /**
   * The UTC day of joining, in English.
   * @example 'March 25, 2021'
   */
  dateJoined!: string;
  /** @example 12 */
  followersCount!: number;
  /** @example 7 */
  followingCount!: number;
  /**
   * Originals, reposts and quotes; replies do not count.
   * @example 42
   */
  postsCount!: number;
  /** Only for an authenticated reader. */
  viewer?: RelationView;
}

@ApiSchema({ description: 'A page of users.' })
export class UserPage extends pageOf(UserView) {}

@ApiSchema({ description: "What to change of one's own profile; what is left out stays as it is." })
export class ChangeProfileBody {
  /**
   * 1 to 14 ASCII letters and digits.
   * @example 'Ada'
   */
  @Optional()
  @IsString()
  username?: string;

  /**
   * One line of 1 to 50 characters.
   * @example 'Ada Lovelace'
   */
  @Optional()
  @IsString()
  displayName?: string;

  /**
   * At most 160 characters; empty removes it.
   * @example 'Notes on the Analytical Engine.'
   */
  @Optional()
  @IsString()
  bio?: string;
}
