import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Id } from '../../shared/ids.js';
import { Visibility } from '../../shared/page.js';
import { FollowStore } from '../follows/follows.public.js';
import { NotificationStore, type Told as Notified } from '../notifications/notifications.public.js';
import { type PostView, PostViews } from '../posts/posts.public.js';
import { TimelineStore } from '../timelines/timelines.public.js';
import { type Feed, type Told, toTold } from './feed.js';
import type { OpenStream } from './open-stream.js';
import { type Batch, Tail } from './tail.js';

/** Readers asked about in one command. */
const ASKED_AT_ONCE = 1_000;
/** Streams written to in one turn of the event loop. */
const TOLD_AT_ONCE = 250;
/** Readers for whom views are made at once. */
const VIEWED_AT_ONCE = 20;

/** The streams that are open at this process, and what they are told as it happens. */
@Injectable()
export class Live implements OnModuleInit {
  readonly posts: Tail<Id>;
  readonly notifications: Tail<Notified>;
  private readonly publics = new Set<OpenStream>();
  private readonly homes = new Map<Id, Map<OpenStream, Feed>>();
  private readonly logger = new Logger(Live.name);

  constructor(
    private readonly views: PostViews,
    private readonly follows: FollowStore,
    private readonly adapter: HttpAdapterHost,
    timelines: TimelineStore,
    notifications: NotificationStore,
    visibility: Visibility,
  ) {
    const failed = (error: unknown): void =>
      this.logger.warn({ err: error }, 'Streams cannot be told of what is new; it is tried again.');
    this.posts = new Tail({
      visibility,
      read: (stretch) => timelines.all(stretch),
      idOf: (id) => id,
      deliver: (batch) => this.tellOfPosts(batch),
      failed,
    });
    this.notifications = new Tail({
      visibility,
      read: (stretch) => notifications.ofEverybody(stretch),
      idOf: ({ id }) => id,
      deliver: async ({ items }) => this.tellOfNotifications(items),
      failed,
    });
  }

  /** A stop waits for the answers under way: so streams are ended first, and their readers go elsewhere. */
  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('preClose', (done) => {
      this.posts.stop();
      this.notifications.stop();
      const homes = [...this.homes.values()].flatMap((streams) => [...streams.keys()]);
      for (const { output } of [...this.publics, ...homes]) output.end();
      done();
    });
  }

  addPublic(stream: OpenStream): void {
    this.publics.add(stream);
    stream.output.once('close', () => this.publics.delete(stream));
  }

  /** `notifications` is woken when the reader has new ones. */
  addHome(stream: OpenStream, readerId: Id, notifications: Feed): void {
    const theirs = this.homes.get(readerId) ?? new Map<OpenStream, Feed>();
    this.homes.set(readerId, theirs.set(stream, notifications));
    stream.output.once('close', () => {
      theirs.delete(stream);
      if (theirs.size === 0 && this.homes.get(readerId) === theirs) this.homes.delete(readerId);
    });
  }

  private tellOfNotifications(items: readonly Notified[]): void {
    for (const recipientId of new Set(items.map((item) => item.recipientId))) {
      for (const [stream, feed] of this.homes.get(recipientId) ?? []) stream.wake(feed);
    }
  }

  private async tellOfPosts(batch: Batch<Id>): Promise<void> {
    if (this.publics.size + this.homes.size === 0) return;
    const views = await this.views.many(batch.items);
    const byReader = await this.forReaders(views);
    const forAll = views.map(toTold);
    // From here on nothing fails, so that nobody is told twice.
    const tell: [OpenStream, readonly Told[]][] = [...this.publics].map((stream) => [stream, forAll]);
    for (const [readerId, items] of byReader) {
      for (const stream of this.homes.get(readerId)?.keys() ?? []) tell.push([stream, items]);
    }
    for (let from = 0; from < tell.length; from += TOLD_AT_ONCE) {
      for (const [stream, items] of tell.slice(from, from + TOLD_AT_ONCE)) stream.deliver(batch, items);
      await nextTurn();
    }
  }

  /** What of `views` is for which reader, in their order. */
  private async forReaders(views: readonly PostView[]): Promise<Map<Id, Told[]>> {
    const followers = await this.followersOf(new Set(views.map(({ author }) => author.id)));
    const own = new Map<Id, PostView[]>();
    for (const view of views) {
      for (const readerId of followers.get(view.author.id) ?? []) {
        own.set(readerId, [...(own.get(readerId) ?? []), view]);
      }
    }
    // Nobody has reposted what has just come into being; of what it refers to, that has to be asked.
    const asNew = new Map(
      views.map((view) => {
        const forReader: PostView = { ...view, viewer: { reposted: false } };
        return [view.id, toTold(forReader)] as const;
      }),
    );
    const told = new Map<Id, Told[]>();
    await inGroups([...own], VIEWED_AT_ONCE, async ([readerId, theirs]) => {
      const referring = theirs.filter(({ subject }) => subject).map(({ id }) => id);
      const viewed = new Map(
        (await this.views.many(referring, readerId)).map((view) => [view.id, toTold(view)]),
      );
      told.set(
        readerId,
        theirs.flatMap(({ id, subject }) => (subject ? viewed : asNew).get(id) ?? []),
      );
    });
    return told;
  }

  private async followersOf(authorIds: ReadonlySet<Id>): Promise<Map<Id, Id[]>> {
    const readers = [...this.homes.keys()];
    const followers = new Map<Id, Id[]>();
    for (const authorId of authorIds) {
      for (let from = 0; from < readers.length; from += ASKED_AT_ONCE) {
        const asked = readers.slice(from, from + ASKED_AT_ONCE);
        const found = await this.follows.followersAmong(asked, authorId);
        followers.set(authorId, [...(followers.get(authorId) ?? []), ...found]);
      }
    }
    return followers;
  }
}

async function inGroups<Item>(
  items: readonly Item[],
  size: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += size) {
    await Promise.all(items.slice(from, from + size).map(act));
  }
}
