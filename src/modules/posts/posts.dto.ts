import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { pageOf } from '../../http/pagination/page-of.js';
import { UserSummaryView } from '../users/users.public.js';
import { POST_KINDS, type PostKind } from './domain/post.js';

/** As many as can be configured in a text, and whoever is answered. */
const MOST_MENTIONS = 51;

export const SUBJECT_STATES = ['available', 'hidden'] as const;
export type SubjectState = (typeof SUBJECT_STATES)[number];

@ApiSchema({ description: 'A user who is mentioned in a text.' })
export class MentionView {
  /** @example '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e40' */
  id!: string;
  /** @example 'Grace' */
  username!: string;
}

@ApiSchema({ description: 'How often a post was reposted, quoted and answered directly.' })
export class PostCountsView {
  /** @example 3 */
  reposts!: number;
  /** @example 1 */
  quotes!: number;
  /** @example 2 */
  replies!: number;
}

@ApiSchema({ description: 'How the reader stands to a post.' })
export class PostViewerView {
  /**
   * The reader has reposted it; of a repost: its subject.
   * @example false
   */
  reposted!: boolean;
}

@ApiSchema({ description: 'A post that is referred to, without its contents.' })
export class PostReferenceView {
  /** @example '0192b3f4-9d2f-7b63-8e54-6a1d8d2e3f40' */
  id!: string;
  /** A hidden post is no longer shown, but what refers to it stays. */
  @ApiProperty({ enum: SUBJECT_STATES, enumName: 'SubjectState' })
  state!: SubjectState;
}

class PostFields {
  /** @example '0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f' */
  id!: string;
  /** An original and a quote begin a conversation; a repost has no text of its own. */
  @ApiProperty({ enum: POST_KINDS, enumName: 'PostKind' })
  kind!: PostKind;
  author!: UserSummaryView;
  /**
   * A repost has none.
   * @example 'The engine weaves algebraic patterns. @Grace, look!'
   */
  text?: string;
  /**
   * RFC 3339, UTC.
   * @example '2026-03-25T09:30:00.000Z'
   */
  createdAt!: string;
  /** Users mentioned, in the order of the text. A repost has none. */
  @ApiProperty({ maxItems: MOST_MENTIONS })
  mentions?: MentionView[];
  /**
   * Id of the post that began the conversation. A repost has none.
   * @example '0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f'
   */
  conversationId?: string;
  /** A repost has none of its own: look at its subject. */
  counts?: PostCountsView;
  /** Only for an authenticated reader. */
  viewer?: PostViewerView;
}

@ApiSchema({ description: 'A post inside of another one: what it refers to itself is only named.' })
export class EmbeddedPostView extends PostFields {
  subject?: PostReferenceView;
  inReplyTo?: PostReferenceView;
}

@ApiSchema({ description: 'What a repost, quote or reply is about.' })
export class SubjectView extends PostReferenceView {
  /** Left out when the post is hidden. */
  post?: EmbeddedPostView;
}

@ApiSchema({ description: 'A post.' })
export class PostView extends PostFields {
  /** What a repost or quote is about. */
  subject?: SubjectView;
  /** What a reply answers. */
  inReplyTo?: SubjectView;
}

@ApiSchema({ description: 'A page of posts.' })
export class PostPage extends pageOf(PostView) {}

@ApiSchema({ description: 'Posts in the order asked; unknown and hidden ones are left out.' })
export class PostListView {
  items!: PostView[];
}

@ApiSchema({ description: 'A text to publish.' })
export class WritePostBody {
  /**
   * 1 to 777 characters (Unicode code points) after trimming. `@username` mentions a user.
   * @example 'The engine weaves algebraic patterns. @Grace, look!'
   */
  @IsString()
  text!: string;
}

@ApiSchema({ description: "How much of today's quota is used." })
export class QuotaView {
  /**
   * Posts allowed for each UTC day. Left out where there is no limit.
   * @example 5
   */
  limit?: number;
  /** @example 2 */
  used!: number;
  /**
   * Left out where there is no limit.
   * @example 3
   */
  remaining?: number;
  /**
   * The next midnight in UTC.
   * @example '2026-03-26T00:00:00.000Z'
   */
  resetsAt!: string;
}
