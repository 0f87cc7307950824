import type { Post } from '../../modules/posts/domain/post.js';
import { type SearchTerm, wordsOf } from '../../modules/search/domain/search-query.js';
import { PostSearch } from '../../modules/search/search.ports.js';
import { HIGHEST_ID, type Id, LOWEST_ID } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { SqliteDatabase, SqlValue } from './sqlite-database.js';
import { toBlob, toId } from './sqlite-ids.js';

/**
 * The rowid of the first post at or above an id, found by the index: `min(rowid)` would walk the posts from the oldest.
 * Above all posts it is an integer too, since FTS5 takes no other number for a bound.
 */
const FIRST_ROWID =
  'ifnull((SELECT rowid FROM posts WHERE id >= ? ORDER BY id LIMIT 1), 9223372036854775807)';

/** Full text by FTS5, whose rows have the rowids of their posts; a second column holds the author's id as a word. */
export class SqlitePostSearch extends PostSearch {
  constructor(private readonly db: SqliteDatabase) {
    super();
  }

  async find(terms: readonly SearchTerm[], stretch: Stretch, authorId?: Id): Promise<Id[]> {
    const match = matchOf(terms, authorId);
    if (match === undefined) return [];
    const bounds: SqlValue[] = [];
    let range = '';
    if (stretch.from !== LOWEST_ID) {
      range += ` AND posts_text.rowid >= ${FIRST_ROWID}`;
      bounds.push(toBlob(stretch.from));
    }
    if (stretch.before !== HIGHEST_ID) {
      range += ` AND posts_text.rowid < ${FIRST_ROWID}`;
      bounds.push(toBlob(stretch.before));
    }
    const sql = `
      SELECT posts.id FROM posts_text CROSS JOIN posts ON posts.rowid = posts_text.rowid
      WHERE posts_text MATCH ?${range}
      ORDER BY posts_text.rowid ${stretch.newestFirst ? 'DESC' : 'ASC'} LIMIT ?`;
    const rows = this.db.all(sql, match, ...bounds, stretch.limit);
    return rows.map((row) => toId(row['id']));
  }

  /** Inside of a write. A repost has no words. */
  add({ id, authorId, text }: Post): void {
    if (text === undefined) return;
    const sql = 'INSERT INTO posts_text (rowid, text, author) SELECT rowid, ?, ? FROM posts WHERE id = ?';
    this.db.run(sql, wordsOf(text).join(' '), authorWord(authorId), toBlob(id));
  }

  /** Inside of a write. */
  remove({ id }: Post): void {
    this.db.run('DELETE FROM posts_text WHERE rowid = (SELECT rowid FROM posts WHERE id = ?)', toBlob(id));
  }
}

/** A match expression of FTS5. Every word stands in quotes, so that none is an operator. Absent: nothing can match. */
function matchOf(terms: readonly SearchTerm[], authorId: Id | undefined): string | undefined {
  const folded = terms.map(({ words, prefix }) => ({ words: wordsOf(words.join(' ')), prefix }));
  if (folded.some(({ words }) => words.length === 0)) return undefined;
  const phrases = folded.map(({ words, prefix }) => `"${words.join(' ')}"${prefix ? ' *' : ''}`);
  const text = `text : (${phrases.join(' AND ')})`;
  return authorId === undefined ? text : `${text} AND author : "${authorWord(authorId)}"`;
}

function authorWord(id: Id): string {
  return id.replaceAll('-', '');
}
