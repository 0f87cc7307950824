import type { OpenAPIObject } from '@nestjs/swagger';

interface Link {
  operationId: string;
  description?: string;
  parameters?: Record<string, string>;
}

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string }[];
  responses: Record<string, { links?: Record<string, Link | { $ref: string }> }>;
}

const OF_POST = { id: '$response.body#/id' };
const POST_LINKS = {
  getPost: {
    operationId: 'getPost',
    description: 'The post, with its counts as they are then.',
    parameters: OF_POST,
  },
  replyToPost: { operationId: 'replyToPost', description: 'Reply to it.', parameters: OF_POST },
  listReplies: { operationId: 'listReplies', description: 'What was replied to it.', parameters: OF_POST },
} satisfies Record<string, Link>;
const OF_NAMED = { username: '$response.body#/username' };
const USER_LINKS = {
  readAuthor: { operationId: 'readAuthor', description: 'Posts of the user.', parameters: OF_NAMED },
  listFollowers: { operationId: 'listFollowers', description: 'Who follows the user.', parameters: OF_NAMED },
  listFollowing: {
    operationId: 'listFollowing',
    description: 'Whom the user follows.',
    parameters: OF_NAMED,
  },
} satisfies Record<string, Link>;
const SESSION_LINKS = {
  getMe: {
    operationId: 'getMe',
    description: 'Your profile: send `tokens.accessToken` as the bearer token.',
  },
  refresh: {
    operationId: 'refresh',
    description: 'New tokens, before these expire: send `tokens.refreshToken`.',
  },
  logout: {
    operationId: 'logout',
    description: 'The end of the session: send `tokens.refreshToken`.',
  },
} satisfies Record<string, Link>;
const OF_REQUEST = { username: '$request.path.username' };

/**
 * What can be done next with what an operation answers; what has one name is one link. Bodies are told in words: OpenAPI
 * Generator takes a document for broken where a link says them as an object, which OpenAPI allows. Lists get a link to their next page
 * besides.
 */
const LINKS: Readonly<Record<string, Readonly<Record<string, Link>>>> = {
  register: SESSION_LINKS,
  login: SESSION_LINKS,
  refresh: SESSION_LINKS,
  getMe: USER_LINKS,
  changeMe: USER_LINKS,
  getUser: {
    ...USER_LINKS,
    followUser: { operationId: 'followUser', description: 'Follow the user.', parameters: OF_NAMED },
  },
  followUser: {
    unfollowUser: { operationId: 'unfollowUser', description: 'Unfollow the user.', parameters: OF_REQUEST },
    readFollowing: { operationId: 'readFollowing', description: 'The posts of all whom you follow.' },
  },
  unfollowUser: {
    followAgain: { operationId: 'followUser', description: 'Follow the user again.', parameters: OF_REQUEST },
  },
  publishPost: POST_LINKS,
  quotePost: POST_LINKS,
  replyToPost: POST_LINKS,
  repost: {
    getSubject: {
      operationId: 'getPost',
      description: 'The post that was reposted.',
      parameters: { id: '$response.body#/subject/id' },
    },
  },
  getPost: {
    replyToPost: POST_LINKS.replyToPost,
    listReplies: POST_LINKS.listReplies,
    listQuotes: { operationId: 'listQuotes', description: 'What quotes it.', parameters: OF_POST },
    listReposts: { operationId: 'listReposts', description: 'Reposts of it.', parameters: OF_POST },
  },
  listNotifications: {
    moveMarker: {
      operationId: 'moveMarker',
      description: 'Mark all of this page as read: send the `id` of its first item as `lastReadId`.',
    },
  },
};

/** Must run while parameters are still in their operations. */
export function describeLinks({ components = {}, paths }: OpenAPIObject): void {
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item) as Operation[])) {
    const named = LINKS[operation.operationId] ?? {};
    components.links = { ...components.links, ...named };
    const references = Object.keys(named).map(
      (name) => [name, { $ref: `#/components/links/${name}` }] as const,
    );
    const links = { ...Object.fromEntries(references), ...nextPageOf(operation) };
    if (Object.keys(links).length === 0) continue;
    for (const [status, answer] of Object.entries(operation.responses)) {
      if (status.startsWith('2')) answer.links = links;
    }
  }
}

function nextPageOf({ operationId, parameters = [] }: Operation): Record<string, Link> {
  if (!parameters.some(({ name }) => name === 'cursor')) return {};
  // With the same filters: a cursor is good for these alone.
  const same = parameters.map(({ name, in: place }) => [name, `$request.${place}.${name}`] as const);
  const description = 'The next page, while `page.hasMore`.';
  const forward = { ...Object.fromEntries(same), cursor: '$response.body#/page/next' };
  return { nextPage: { operationId, description, parameters: forward } };
}
