import { original } from '../../modules/posts/domain/post.js';
import { Clock } from '../../shared/clock.js';
import { HIGHEST_ID, type Id, LOWEST_ID, lowestIdAt } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import { UuidV7Ids } from '../system/uuid-v7-ids.js';
import { SqliteDatabase, type Row, type SqlValue } from './sqlite-database.js';
import { SqliteFollowStore } from './sqlite-follow-store.js';
import { SqliteIdempotencyStore } from './sqlite-idempotency-store.js';
import { SqliteNotificationStore } from './sqlite-notification-store.js';
import { SqliteOutbox } from './sqlite-outbox.js';
import { SqlitePostSearch } from './sqlite-post-search.js';
import { SqlitePostStore } from './sqlite-post-store.js';
import { SqliteTimelineStore } from './sqlite-timeline-store.js';
import { SqliteUserStore } from './sqlite-user-store.js';

/** Keeps the plan of every read. */
class ExplainingDatabase extends SqliteDatabase {
  plans: string[][] = [];

  override get(sql: string, ...values: SqlValue[]): Row | undefined {
    this.explain(sql, values);
    return super.get(sql, ...values);
  }

  override all(sql: string, ...values: SqlValue[]): Row[] {
    this.explain(sql, values);
    return super.all(sql, ...values);
  }

  /** A pragma has no plan. */
  private explain(sql: string, values: SqlValue[]): void {
    if (sql.startsWith('PRAGMA')) return;
    const plan = super.all(`EXPLAIN QUERY PLAN ${sql}`, ...values);
    this.plans.push(plan.map(({ detail }) => String(detail)));
  }
}

class StandingClock extends Clock {
  now(): number {
    return Date.parse('2026-03-25T12:00:00Z');
  }
}

describe('query plans', () => {
  const clock = new StandingClock();
  const ids = new UuidV7Ids(clock);
  const db = new ExplainingDatabase('sqlite::memory:');
  const outbox = new SqliteOutbox(db, clock);
  const search = new SqlitePostSearch(db);
  const posts = new SqlitePostStore(db, ids, outbox, new SqliteIdempotencyStore(db, clock), search);
  const timelines = new SqliteTimelineStore(db);
  const follows = new SqliteFollowStore(db, ids, outbox);
  const notifications = new SqliteNotificationStore(db, ids);
  const users = new SqliteUserStore(db);
  const id: Id = lowestIdAt(clock.now());
  afterAll(() => db.close());

  const terms = [{ words: ['whale'], prefix: false }] as const;
  const lists: [name: string, step: RegExp, read: (stretch: Stretch) => Promise<unknown>][] = [
    ['timelines.all', /INDEX posts_timeline/, (stretch) => timelines.all(stretch)],
    [
      'posts of an author',
      /INDEX posts_of_author \(author_id=\?/,
      (stretch) => timelines.ofAuthor(id, 'posts', stretch),
    ],
    [
      'posts of an author with replies',
      /INDEX posts_of_author_with_replies \(author_id=\?/,
      (stretch) => timelines.ofAuthor(id, 'with-replies', stretch),
    ],
    ['posts.repliesTo', /INDEX posts_replies \(in_reply_to_id=\?/, (stretch) => posts.repliesTo(id, stretch)],
    ['posts.quotesOf', /INDEX posts_quotes \(subject_id=\?/, (stretch) => posts.quotesOf(id, stretch)],
    ['posts.repostsOf', /INDEX posts_reposts \(subject_id=\?/, (stretch) => posts.repostsOf(id, stretch)],
    [
      'follows.followersOf',
      /INDEX follows_followers \(followed_id=\?/,
      (stretch) => follows.followersOf(id, stretch),
    ],
    [
      'follows.followedBy',
      /INDEX follows_following \(follower_id=\?/,
      (stretch) => follows.followedBy(id, stretch),
    ],
    [
      'notifications.list',
      /INDEX notifications_of_recipient \(recipient_id=\?/,
      (stretch) => notifications.list(id, [], stretch),
    ],
    // The table of users is itself in the order of ids.
    [
      'users.list',
      /^(SCAN users|SEARCH users USING PRIMARY KEY \(id.*\))$/,
      (stretch) => users.list(stretch),
    ],
  ];
  const stretches: Stretch[] = [true, false].flatMap((newestFirst) => [
    { from: LOWEST_ID, before: HIGHEST_ID, newestFirst, limit: 11 },
    { from: id, before: HIGHEST_ID, newestFirst, limit: 11 },
    { from: LOWEST_ID, before: id, newestFirst, limit: 11 },
    { from: id, before: id, newestFirst, limit: 11 },
  ]);

  const plansOf = async (read: () => Promise<unknown>): Promise<string[][]> => {
    db.plans = [];
    await read();
    return db.plans;
  };
  /**
   * Anything but a bounded set or a full-text index is searched by a key. A search that names none walks the table from
   * one end until a row fits.
   */
  const SCAN =
    /^SCAN (?!json_each|asked|first|near|bound|newest|wanted|\(subquery|.* VIRTUAL TABLE)|^SEARCH \w+$/;

  it.each(lists)('%s: one statement with one step, in the order of an index', async (_, step, read) => {
    for (const stretch of stretches) {
      expect(await plansOf(() => read(stretch))).toEqual([[expect.stringMatching(step)]]);
    }
  });

  it.each([undefined, id])('search, author %s: by the text, in the order of rows', async (authorId) => {
    for (const stretch of stretches) {
      const plans = await plansOf(() => search.find(terms, stretch, authorId));
      expect(plans).toHaveLength(1);
      expect(plans.flat()[0]).toMatch(/^SCAN posts_text VIRTUAL TABLE INDEX \d+:.*M/);
      expect(plans.flat().filter((step) => /TEMP B-TREE/.test(step) || SCAN.test(step))).toEqual([]);
      const bounds = Number(stretch.from !== LOWEST_ID) + Number(stretch.before !== HIGHEST_ID);
      expect(plans.flat().filter((step) => /SEARCH posts USING .*\(id>\?\)/.test(step))).toHaveLength(bounds);
    }
  });

  it('notifications by type: sorts only what it merges, found by the index', async () => {
    for (const stretch of stretches) {
      const steps = (await plansOf(() => notifications.list(id, ['follow', 'quote'], stretch))).flat();
      expect(steps.filter((step) => SCAN.test(step))).toEqual([]);
      expect(steps).toContainEqual(
        expect.stringContaining('notifications_by_type (recipient_id=? AND type=?'),
      );
    }
  });

  it('following: scans and merges by indexes, in a constant number of statements', async () => {
    const [reader, author] = [ids.next(), ids.next()];
    await db.write(() => {
      for (const [n, user] of [reader, author].entries()) {
        const blob = Buffer.from(user.replaceAll('-', ''), 'hex');
        db.run('INSERT INTO users (id, username, username_lower) VALUES (?, ?, ?)', blob, `u${n}`, `u${n}`);
      }
    });
    await follows.follow(reader, author, []);
    const terms = { postsPerDay: 0, eventsOf: () => [] };
    await Promise.all(Array.from({ length: 300 }, () => posts.publish(original(reader, 'x'), terms)));
    for (const newestFirst of [true, false]) {
      const stretch = { from: LOWEST_ID, before: HIGHEST_ID, newestFirst, limit: 11 };
      const plans = await plansOf(() => timelines.following(reader, stretch));
      expect(plans).toHaveLength(4);
      expect(plans.flat().filter((step) => SCAN.test(step))).toEqual([]);
      const [, scan = [], , merge = []] = plans;
      expect(scan.filter((step) => /TEMP B-TREE/.test(step))).toEqual([]);
      expect(merge).toContainEqual(expect.stringContaining('posts_of_author (author_id=?'));
    }
  });

  it('hydration: one statement by keys', async () => {
    for (const read of [
      () => posts.load([id], id),
      () => users.load([id], id),
      () => users.summaries([id]),
      () => users.idsOf(['ada']),
    ]) {
      const plans = await plansOf(read);
      expect(plans).toHaveLength(1);
      expect(plans.flat().filter((step) => SCAN.test(step))).toEqual([]);
    }
  });
});
