import { type AuthorView, TimelineStore } from '../../modules/timelines/timelines.ports.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { Row, SqliteDatabase } from './sqlite-database.js';
import { listStretch, toBlob, toId } from './sqlite-ids.js';

const IN_TIMELINE = `hidden = 0 AND kind <> 'reply'`;
const VIEWS: Record<AuthorView, string> = {
  posts: IN_TIMELINE,
  'with-replies': `hidden = 0 AND kind IN ('original', 'reply')`,
};
/** To look at a post costs about a quarter of finding an author's newest one: a scan in vain adds half of a merge. */
const SCANNED_PER_AUTHOR = 2;
const LEAST_SCANNED = 256;

export class SqliteTimelineStore extends TimelineStore {
  constructor(private readonly db: SqliteDatabase) {
    super();
  }

  async all(stretch: Stretch): Promise<Id[]> {
    return toIds(listStretch(this.db, `SELECT id FROM posts WHERE ${IN_TIMELINE}`, 'id', stretch));
  }

  async ofAuthor(authorId: Id, view: AuthorView, stretch: Stretch): Promise<Id[]> {
    const sql = `SELECT id FROM posts WHERE ${VIEWS[view]} AND author_id = ?`;
    return toIds(listStretch(this.db, sql, 'id', stretch, toBlob(authorId)));
  }

  /**
   * Whose authors are active is served by looking through the newest posts, and who follows the silent by merging the
   * authors' own lists. Which it is shows itself: the scan is given up when it has cost half of what the merge will.
   */
  async following(readerId: Id, stretch: Stretch): Promise<Id[]> {
    const user = this.db.get('SELECT following_count FROM users WHERE id = ?', toBlob(readerId));
    const followed = Number(user?.['following_count'] ?? 0);
    if (followed === 0) return [];
    const budget = Math.max(SCANNED_PER_AUTHOR * followed, LEAST_SCANNED);
    const found = this.scan(readerId, stretch, budget);
    const complete = found.length >= stretch.limit || !this.isLongerThan(budget, stretch);
    return toIds(complete ? found : this.merge(readerId, stretch));
  }

  followingAtOnce(readerId: Id, stretch: Stretch): Promise<Id[]> {
    return this.following(readerId, stretch);
  }

  private scan(readerId: Id, { from, before, newestFirst, limit }: Stretch, budget: number): Row[] {
    const order = newestFirst ? 'DESC' : 'ASC';
    const sql = `
      SELECT id FROM (
        SELECT id, author_id FROM posts INDEXED BY posts_timeline
        WHERE ${IN_TIMELINE} AND id >= ? AND id < ? ORDER BY id ${order} LIMIT ?) AS newest
      WHERE EXISTS (SELECT 1 FROM follows WHERE follower_id = ? AND followed_id = newest.author_id)
      ORDER BY id ${order} LIMIT ?`;
    return this.db.all(sql, toBlob(from), toBlob(before), budget, toBlob(readerId), limit);
  }

  private isLongerThan(posts: number, { from, before }: Stretch): boolean {
    const sql = `SELECT 1 FROM posts INDEXED BY posts_timeline
      WHERE ${IN_TIMELINE} AND id >= ? AND id < ? LIMIT 1 OFFSET ?`;
    return this.db.get(sql, toBlob(from), toBlob(before), posts) !== undefined;
  }

  /**
   * The first `limit` posts are among those of the authors whose own first posts (heads) come first, and none of them
   * comes after the `limit`th head.
   */
  private merge(readerId: Id, { from, before, newestFirst, limit }: Stretch): Row[] {
    const order = newestFirst ? 'DESC' : 'ASC';
    const ofAuthor = (author: string): string => `
      SELECT id FROM posts INDEXED BY posts_of_author
      WHERE ${IN_TIMELINE} AND author_id = ${author} AND id >= ?2 AND id < ?3`;
    const last = newestFirst ? 'min(head)' : 'max(head)';
    const sql = `
      WITH first AS (
        SELECT followed_id AS author, (${ofAuthor('followed_id')} ORDER BY id ${order} LIMIT 1) AS head
        FROM follows WHERE follower_id = ?1),
      near AS MATERIALIZED (
        SELECT author, head FROM first WHERE head IS NOT NULL ORDER BY head ${order} LIMIT ?4),
      bound AS MATERIALIZED (
        SELECT iif(count(*) = ?4, ${last}, ${newestFirst ? '?2' : '?3'}) AS id FROM near)
      SELECT post.id FROM bound CROSS JOIN near CROSS JOIN posts post ON post.id IN (
        ${ofAuthor('near.author')} AND id ${newestFirst ? '>=' : '<='} bound.id ORDER BY id ${order} LIMIT ?4)
      ORDER BY post.id ${order} LIMIT ?4`;
    return this.db.all(sql, toBlob(readerId), toBlob(from), toBlob(before), limit);
  }
}

function toIds(rows: readonly Row[]): Id[] {
  return rows.map((row) => toId(row['id']));
}
