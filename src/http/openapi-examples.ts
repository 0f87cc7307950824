import type { OpenAPIObject } from '@nestjs/swagger';

const ADA = { id: '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f', username: 'Ada', displayName: 'Ada Lovelace' };
const GRACE = { id: '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e40', username: 'Grace' };

const profile = {
  ...ADA,
  bio: 'Notes on the Analytical Engine.',
  joinedAt: '2021-03-25T09:30:00.000Z',
  dateJoined: 'March 25, 2021',
  followersCount: 12,
  followingCount: 7,
  postsCount: 42,
};
const viewed = { ...profile, viewer: { following: true, followedBy: false } };

const tokens = {
  accessToken: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkyYjNmNCJ9.c2lnbmF0dXJl',
  tokenType: 'Bearer',
  expiresIn: 900,
  refreshToken: 'pH3uI0kq9m2yVt6Jc8sXw1zRb5eNd7fGa4hKl0oQxTU',
};

const original = {
  id: '0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
  kind: 'original',
  author: ADA,
  text: 'The engine weaves algebraic patterns. @Grace, look!',
  createdAt: '2026-03-25T09:30:00.000Z',
  mentions: [GRACE],
  conversationId: '0192b3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
  counts: { reposts: 3, quotes: 1, replies: 2 },
};
const available = { id: original.id, state: 'available', post: original };
const hidden = { id: '0192b3f4-9d2f-7b63-8e54-6a1d8d2e3f40', state: 'hidden' };

const repost = {
  id: '0192b3f5-2c3d-7e4f-9051-6b7c8d9e0f1a',
  kind: 'repost',
  author: GRACE,
  createdAt: '2026-03-25T09:31:12.345Z',
  subject: available,
};
const quote = {
  id: '0192b3f5-3d4e-7f50-8162-7c8d9e0f1a2b',
  kind: 'quote',
  author: GRACE,
  text: 'As a loom weaves flowers and leaves.',
  createdAt: '2026-03-25T09:32:00.007Z',
  mentions: [],
  conversationId: '0192b3f5-3d4e-7f50-8162-7c8d9e0f1a2b',
  subject: available,
  counts: { reposts: 0, quotes: 0, replies: 0 },
};
const reply = {
  id: '0192b3f5-4e5f-7061-9273-8d9e0f1a2b3c',
  kind: 'reply',
  author: GRACE,
  text: 'Looking!',
  createdAt: '2026-03-25T09:33:20.500Z',
  mentions: [ADA].map(({ id, username }) => ({ id, username })),
  conversationId: original.conversationId,
  inReplyTo: available,
  counts: { reposts: 0, quotes: 0, replies: 0 },
};
const quoteOfHidden = { ...quote, id: '0192b3f5-5f60-7172-8384-9e0f1a2b3c4d', subject: hidden };

const more = {
  next: 'AAGNFYp_egBwAIAAAAAAAAAAAAAAb2Zfc29tZV9rZXkt',
  prev: 'AQGNFYp_egBwAIAAAAAAAAAAAAAAb2Zfc29tZV9rZXkt',
  hasMore: true,
};
const end = { prev: more.prev, hasMore: false };

const notification = {
  id: '0192b3f6-2b3c-7d4e-8f50-6b7c8d9e0f1a',
  type: 'reply',
  createdAt: reply.createdAt,
  actor: GRACE,
  post: { ...reply, inReplyTo: { id: original.id, state: 'available' } },
  read: false,
};
const followed = {
  id: '0192b3f6-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
  type: 'follow',
  createdAt: '2026-03-24T18:00:00.000Z',
  actor: GRACE,
  read: true,
};

/** What is sent and answered, by its schema: values of one small world, the same as in the examples of single fields. */
export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  RegisterBody: {
    Register: { username: 'Ada', password: 'correct horse battery staple', displayName: 'Ada Lovelace' },
  },
  LoginBody: { LogIn: { username: 'Ada', password: 'correct horse battery staple' } },
  RefreshBody: { Refresh: { refreshToken: tokens.refreshToken } },
  LogoutBody: { LogOut: { refreshToken: tokens.refreshToken } },
  ChangeProfileBody: {
    NewBio: { bio: 'Notes on the Analytical Engine.' },
    NewNames: { username: 'Ada', displayName: 'Ada Lovelace' },
  },
  WritePostBody: { Text: { text: original.text } },
  MoveMarkerBody: { Marker: { lastReadId: notification.id } },

  SessionView: {
    Session: { user: { ...profile, followersCount: 0, followingCount: 0, postsCount: 0 }, tokens },
  },
  RenewedSessionView: { NewTokens: { tokens } },
  UserView: {
    Profile: viewed,
    ProfileToAnonymous: profile,
    OwnProfile: { ...profile, viewer: { following: false, followedBy: false } },
  },
  UserPage: { Users: { items: [profile], page: more }, NoMoreUsers: { items: [], page: end } },
  RelationView: { Relation: viewed.viewer },
  PostView: {
    Original: original,
    Repost: repost,
    Quote: quote,
    Reply: reply,
    QuoteOfHidden: quoteOfHidden,
    ToReader: { ...original, viewer: { reposted: false } },
  },
  PostPage: {
    Posts: { items: [quote, repost, original], page: more },
    Replies: { items: [reply], page: end },
    Quotes: { items: [quote], page: end },
    Reposts: { items: [repost], page: end },
    NoMorePosts: { items: [], page: end },
  },
  PostListView: { SeveralPosts: { items: [original, reply] } },
  QuotaView: {
    Quota: { limit: 5, used: 2, remaining: 3, resetsAt: '2026-03-26T00:00:00.000Z' },
    NoQuota: { used: 2, resetsAt: '2026-03-26T00:00:00.000Z' },
  },
  NotificationPage: { Notifications: { items: [notification, followed], page: end, unreadCount: 1 } },
  MarkerView: { Read: { lastReadId: notification.id, unreadCount: 0 } },
  PublicKeysView: {
    Keys: {
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          kid: '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f',
          alg: 'ES256',
          use: 'sig',
          x: 'WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis',
          y: 'y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE',
        },
      ],
    },
    KeptElsewhere: { keys: [] },
  },
  HealthView: { Healthy: { status: 'ok' } },
};

/** Where an operation does not answer all that its schema can be. */
const OF_OPERATION: Readonly<Record<string, readonly string[]>> = {
  getMe: ['OwnProfile'],
  changeMe: ['OwnProfile'],
  publishPost: ['Original'],
  quotePost: ['Quote'],
  replyToPost: ['Reply'],
  repost: ['Repost'],
  listReplies: ['Replies', 'NoMorePosts'],
  listQuotes: ['Quotes', 'NoMorePosts'],
  listReposts: ['Reposts', 'NoMorePosts'],
};

interface Content {
  schema?: { $ref?: string };
  examples?: Record<string, { $ref: string }>;
}

/** Puts examples wherever something is sent or answered. Each stands once, among the components. */
export function describeExamples({ components = {}, paths }: OpenAPIObject): void {
  const used: Record<string, object> = {};
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item) as Operation[])) {
    const answers = Object.values(operation.responses);
    for (const { content } of operation.requestBody ? [operation.requestBody, ...answers] : answers) {
      const json = content?.['application/json'];
      if (!json) continue;
      const ofSchema = EXAMPLES[json.schema?.$ref?.split('/').at(-1) ?? ''] ?? {};
      const wanted = OF_OPERATION[operation.operationId]?.filter((name) => name in ofSchema) ?? [];
      const names = wanted.length > 0 ? wanted : Object.keys(ofSchema);
      for (const name of names) used[name] = { value: ofSchema[name] };
      json.examples = Object.fromEntries(
        names.map((name) => [name, { $ref: `#/components/examples/${name}` }]),
      );
    }
  }
  components.examples = { ...components.examples, ...used };
}

interface Operation {
  operationId: string;
  requestBody?: { content?: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}
