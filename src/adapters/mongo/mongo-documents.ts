import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { type mongo, Schema as MongooseSchema } from 'mongoose';
import type { PostKind } from '../../modules/posts/domain/post.js';
import type { NotificationType } from '../../modules/notifications/domain/notification.js';
import { POST_KINDS } from '../../modules/posts/domain/post.js';
import { NOTIFICATION_TYPES } from '../../modules/notifications/domain/notification.js';

/** An id as its 16 bytes (subtype 4). */
export type Uuid = mongo.Binary;

const { UUID, Int32, Buffer: Bytes, Mixed } = MongooseSchema.Types;
const uuid = { type: UUID, required: true } as const;
const text = { type: String, required: true } as const;
const time = { type: Number, required: true } as const;
const count = { type: Int32, required: true } as const;
/** A part of a document. */
const part = (definition: Record<string, object>): MongooseSchema =>
  new MongooseSchema(definition, { _id: false });
const document = (collection: string): ClassDecorator =>
  Schema({ collection, versionKey: false, autoIndex: false, autoCreate: false });

/** What a document adds to a counter of another one that does not hold it yet. */
export interface Pending {
  readonly of: Uuid;
  readonly what: 'reposts' | 'quotes' | 'replies' | 'posts' | 'followers' | 'following';
  readonly by: number;
}
const pending = { type: [part({ of: uuid, what: text, by: count })], default: undefined };

/** An event that the outbox has not taken over yet. */
export interface StoredEvent {
  readonly type: string;
  readonly actorId: Uuid;
  /** JSON. */
  readonly data: string;
}
const events = { type: [part({ type: text, actorId: uuid, data: text })], default: undefined };

@document('users')
export class UserDocument {
  @Prop(uuid) _id!: Uuid;
  @Prop(text) username!: string;
  @Prop(text) usernameLower!: string;
  @Prop({ type: String }) displayName?: string;
  @Prop({ type: String }) bio?: string;
  @Prop({ type: String }) passwordHash?: string;
  @Prop({ type: UUID }) lastReadId?: Uuid;
  @Prop({ type: part({ followers: count, following: count, posts: count }), required: true })
  counts!: { followers: number; following: number; posts: number };
}
const userSchema = SchemaFactory.createForClass(UserDocument);
userSchema.index({ usernameLower: 1, _id: -1 });

/** Who has a name, or a subject of an outside issuer: what must be unique in the whole cluster is an `_id`. */
@document('claims')
export class ClaimDocument {
  /** `name:` and the name in lower case, or `subject:` and a digest of issuer and subject. */
  @Prop(text) _id!: string;
  @Prop(uuid) userId!: Uuid;
}

@document('posts')
export class PostDocument {
  @Prop(uuid) _id!: Uuid;
  /** The last two bytes of its id and of its author's: the shard key. */
  @Prop(count) bucket!: number;
  @Prop({ ...text, enum: POST_KINDS }) kind!: PostKind;
  @Prop(uuid) authorId!: Uuid;
  @Prop({ type: String }) text?: string;
  @Prop({ type: [UUID], required: true }) mentionIds!: Uuid[];
  @Prop(uuid) conversationId!: Uuid;
  /** What it reposts, quotes or answers. */
  @Prop({ type: UUID }) refersTo?: Uuid;
  @Prop({ type: Boolean, required: true }) hidden!: boolean;
  /** Which timelines show it; absent while it is hidden. */
  @Prop({ type: String, enum: ['post', 'reply'] }) listed?: 'post' | 'reply';
  @Prop({ type: part({ reposts: count, quotes: count, replies: count }), required: true })
  counts!: { reposts: number; quotes: number; replies: number };
  @Prop(pending) pending?: Pending[];
  /** The UTC day and its number among the author's posts of it: no number is given twice. */
  @Prop({ type: Int32 }) day?: number;
  @Prop({ type: Int32 }) slot?: number;
  @Prop({
    type: part({ digest: text, fingerprint: text, until: time, body: { type: String } }),
    default: undefined,
  })
  key?: { digest: string; fingerprint: string; until: number; body?: string };
  /** Its words as the search compares them, each once, and all of them in their order between spaces. */
  @Prop({ type: [String], default: undefined }) words?: string[];
  @Prop({ type: String }) folded?: string;
  @Prop(events) events?: StoredEvent[];
}
const postSchema = SchemaFactory.createForClass(PostDocument);
postSchema.index({ listed: 1, _id: -1 }, { partialFilterExpression: { listed: { $exists: true } } });
postSchema.index(
  { authorId: 1, listed: 1, _id: -1 },
  { partialFilterExpression: { listed: { $exists: true } } },
);
postSchema.index({ authorId: 1, _id: -1 });
postSchema.index(
  { refersTo: 1, kind: 1, _id: -1 },
  { partialFilterExpression: { refersTo: { $exists: true } } },
);
postSchema.index({ words: 1, _id: -1 }, { partialFilterExpression: { words: { $exists: true } } });
postSchema.index({ 'pending.of': 1 }, { partialFilterExpression: { 'pending.of': { $exists: true } } });
postSchema.index(
  { 'events.type': 1, _id: 1 },
  { partialFilterExpression: { 'events.type': { $exists: true } } },
);
postSchema.index({ 'key.digest': 1 }, { partialFilterExpression: { 'key.digest': { $exists: true } } });
postSchema.index({ 'key.until': 1 }, { partialFilterExpression: { 'key.until': { $exists: true } } });
postSchema.index(
  { bucket: 1, authorId: 1, day: 1, slot: 1 },
  { name: 'quota', unique: true, partialFilterExpression: { slot: { $exists: true } } },
);
postSchema.index(
  { bucket: 1, authorId: 1, refersTo: 1 },
  { name: 'repost-once', unique: true, partialFilterExpression: { kind: 'repost' } },
);
postSchema.index(
  { bucket: 1, authorId: 1, 'key.digest': 1 },
  { name: 'key', unique: true, partialFilterExpression: { 'key.digest': { $exists: true } } },
);

/** Stays while its end is not counted yet. */
@document('follows')
export class FollowDocument {
  /** The bytes of the follower and of the followed. */
  @Prop({ type: Bytes, required: true }) _id!: mongo.Binary;
  @Prop(uuid) follower!: Uuid;
  @Prop(uuid) followed!: Uuid;
  /** Made when the following began. */
  @Prop(uuid) id!: Uuid;
  @Prop({ type: Boolean, required: true }) on!: boolean;
  @Prop(pending) pending?: Pending[];
  @Prop(events) events?: StoredEvent[];
}
const followSchema = SchemaFactory.createForClass(FollowDocument);
followSchema.index({ followed: 1, on: 1, id: -1 });
followSchema.index({ follower: 1, on: 1, id: -1 });
followSchema.index({ 'pending.of': 1 }, { partialFilterExpression: { 'pending.of': { $exists: true } } });
followSchema.index(
  { 'events.type': 1, id: 1 },
  { partialFilterExpression: { 'events.type': { $exists: true } } },
);

@document('notifications')
export class NotificationDocument {
  @Prop(uuid) _id!: Uuid;
  @Prop(uuid) recipientId!: Uuid;
  @Prop({ ...text, enum: NOTIFICATION_TYPES }) type!: NotificationType;
  @Prop(uuid) actorId!: Uuid;
  @Prop({ type: UUID }) postId?: Uuid;
  @Prop(text) once!: string;
}
const notificationSchema = SchemaFactory.createForClass(NotificationDocument);
notificationSchema.index({ recipientId: 1, _id: -1 });
notificationSchema.index({ recipientId: 1, type: 1, _id: -1 });
notificationSchema.index({ recipientId: 1, once: 1 }, { unique: true });

/** Events on their way to their handlers. */
@document('outbox')
export class OutboxDocument {
  /** The id of what happened, and the number of the event among those of it. */
  @Prop(text) _id!: string;
  @Prop(uuid) actorId!: Uuid;
  @Prop(text) type!: string;
  @Prop(text) data!: string;
  @Prop(count) failures!: number;
  @Prop(time) availableAt!: number;
  /** The later ones of its actor do not wait for it. */
  @Prop({ type: Boolean }) alone?: boolean;
  /** Whose lease it is. */
  @Prop({ type: UUID }) holder?: Uuid;
}
const outboxSchema = SchemaFactory.createForClass(OutboxDocument);
outboxSchema.index({ actorId: 1, _id: 1 });
outboxSchema.index({ type: 1, _id: 1 });

/** A login: only its newest token is good. */
@document('tokenFamilies')
export class TokenFamilyDocument {
  @Prop(uuid) _id!: Uuid;
  @Prop(uuid) userId!: Uuid;
  @Prop(text) current!: string;
  @Prop(time) expiresAt!: number;
}
const tokenFamilySchema = SchemaFactory.createForClass(TokenFamilyDocument);
tokenFamilySchema.index({ expiresAt: 1 });

/** Every token that a family ever had. */
@document('refreshTokens')
export class RefreshTokenDocument {
  /** Digest of the token. */
  @Prop(text) _id!: string;
  @Prop(uuid) family!: Uuid;
  @Prop(time) expiresAt!: number;
}
const refreshTokenSchema = SchemaFactory.createForClass(RefreshTokenDocument);
refreshTokenSchema.index({ expiresAt: 1 });

@document('secrets')
export class SecretDocument {
  @Prop(uuid) _id!: Uuid;
  @Prop(text) purpose!: string;
  /** Counts the secrets of the purpose: of several processes at once, one adds the next. */
  @Prop(count) number!: number;
  @Prop(text) value!: string;
}
const secretSchema = SchemaFactory.createForClass(SecretDocument);
secretSchema.index({ purpose: 1, number: 1 }, { unique: true });

@document('meta')
export class MetaDocument {
  @Prop(text) _id!: string;
  @Prop({ type: Mixed, required: true }) value!: unknown;
}

/** Every collection, with its validator and indexes. */
export const SCHEMAS = {
  users: userSchema,
  claims: SchemaFactory.createForClass(ClaimDocument),
  posts: postSchema,
  follows: followSchema,
  notifications: notificationSchema,
  outbox: outboxSchema,
  tokenFamilies: tokenFamilySchema,
  refreshTokens: refreshTokenSchema,
  secrets: secretSchema,
  meta: SchemaFactory.createForClass(MetaDocument),
} as const;

export interface Documents {
  users: UserDocument;
  claims: ClaimDocument;
  posts: PostDocument;
  follows: FollowDocument;
  notifications: NotificationDocument;
  outbox: OutboxDocument;
  tokenFamilies: TokenFamilyDocument;
  refreshTokens: RefreshTokenDocument;
  secrets: SecretDocument;
  meta: MetaDocument;
}
