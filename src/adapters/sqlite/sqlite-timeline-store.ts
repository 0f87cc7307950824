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
/** To look at a post costs about a quarter of finding the newest one of an author. */
const SCANNED_PER_AUTHOR = 4;
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
   * authors' own lists. Which it is shows itself: the scan is given up when it has cost as much as the merge will.
   */
  async following(readerId: Id, stretch: Stretch): Promise<Id[]> {
    const user = this.db.get('SELECT following_count FROM users WHERE id = ?', toBlob(readerId));
    const followed = Number(user?.['following_count'] ?? 0);
    if (followed === 0) return [];
    const budget = Math.max(SCANNED_PER_AUTHOR * followed, LEAST_SCANNED);
    const found = this.scan(readerId, stretch, budget);
    return toIds(found.length >= stretch.limit ? found : this.merge(readerId, stretch));
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

  /** The first `limit` posts are among those of the authors whose own first posts come first. */
  private merge(readerId: Id, { from, before, newestFirst, limit }: Stretch): Row[] {
    const order = newestFirst ? 'DESC' : 'ASC';
    const ofAuthor = (author: string): string => `
      SELECT id FROM posts
      WHERE ${IN_TIMELINE} AND author_id = ${author} AND id >= ?2 AND id < ?3 ORDER BY id ${order}`;
    const sql = `
      WITH first AS (
        SELECT followed_id AS author, (${ofAuthor('followed_id')} LIMIT 1) AS head
        FROM follows WHERE follower_id = ?1),
      near AS MATERIALIZED (
        SELECT author FROM first WHERE head IS NOT NULL ORDER BY head ${order} LIMIT ?4)
      SELECT post.id FROM near CROSS JOIN posts post
        ON post.id IN (${ofAuthor('near.author')} LIMIT ?4)
      ORDER BY post.id ${order} LIMIT ?4`;
    return this.db.all(sql, toBlob(readerId), toBlob(from), toBlob(before), limit);
  }
}

function toIds(rows: readonly Row[]): Id[] {
  return rows.map((row) => toId(row['id']));
}
