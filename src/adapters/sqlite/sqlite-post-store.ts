import type { Post, PostDraft } from '../../modules/posts/domain/post.js';
import { PostNotFound, QuotaExceeded } from '../../modules/posts/domain/post.errors.js';
import { dayOf, quotaResetsAt } from '../../modules/posts/domain/quota.js';
import {
  type Published,
  PostStore,
  type PostState,
  type PublishTerms,
} from '../../modules/posts/posts.ports.js';
import { SECOND } from '../../shared/clock.js';
import { type Id, type Ids, timeOf } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { SqliteDatabase } from './sqlite-database.js';
import type { SqliteIdempotencyStore } from './sqlite-idempotency-store.js';
import { listStretch, stamp, toBlob, toId, toJson } from './sqlite-ids.js';
import type { SqliteOutbox } from './sqlite-outbox.js';
import { LOAD, toPost, toState } from './sqlite-post-rows.js';
import type { SqlitePostSearch } from './sqlite-post-search.js';

export class SqlitePostStore extends PostStore {
  constructor(
    private readonly db: SqliteDatabase,
    private readonly ids: Ids,
    private readonly outbox: SqliteOutbox,
    private readonly idempotency: SqliteIdempotencyStore,
    private readonly search: SqlitePostSearch,
  ) {
    super();
  }

  publish(draft: PostDraft, terms: PublishTerms): Promise<Published> {
    return this.db.write(() => {
      const id = stamp(this.db, this.ids, 'posts');
      const referredId = draft.subjectId ?? draft.inReplyToId;
      if (referredId !== undefined && !this.visible(referredId)) throw new PostNotFound();
      const existing = this.existingRepost(draft);
      if (existing)
        return { post: existing, created: false, usedToday: this.used(dayOf(timeOf(id)), draft.authorId) };
      const post: Post = { ...draft, id, conversationId: draft.conversationId ?? id };
      if (terms.idempotencyKey) this.idempotency.insert(terms.idempotencyKey, id);
      const usedToday = this.useQuota(post, terms.postsPerDay);
      this.insert(post);
      this.count(post, 1);
      this.search.add(post);
      this.outbox.append(terms.eventsOf(post));
      return { post, created: true, usedToday };
    });
  }

  async find(id: Id): Promise<Post | undefined> {
    return this.visible(id);
  }

  async load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, PostState>> {
    const rows = this.db.all(LOAD, toJson(ids), readerId === undefined ? null : toBlob(readerId));
    return new Map(rows.map((row) => [toId(row['id']), toState(row)]));
  }

  async repliesTo(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.list(`hidden = 0 AND kind = 'reply' AND in_reply_to_id = ?`, id, stretch);
  }

  async quotesOf(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.list(`hidden = 0 AND kind = 'quote' AND subject_id = ?`, id, stretch);
  }

  async repostsOf(id: Id, stretch: Stretch): Promise<Id[]> {
    return this.list(`hidden = 0 AND kind = 'repost' AND subject_id = ?`, id, stretch);
  }

  async usedOn(day: number, authorId: Id): Promise<number> {
    return this.used(day, authorId);
  }

  setHidden(id: Id, hidden: boolean): Promise<void> {
    return this.db.write(() => {
      const row = this.db.get('SELECT * FROM posts WHERE id = ?', toBlob(id));
      if (!row) throw new PostNotFound();
      if ((row['hidden'] === 1) === hidden) return;
      this.db.run('UPDATE posts SET hidden = ? WHERE id = ?', hidden ? 1 : 0, toBlob(id));
      const post = toPost(row);
      this.count(post, hidden ? -1 : 1);
      if (hidden) this.search.remove(post);
      else this.search.add(post);
    });
  }

  private list(where: string, id: Id, stretch: Stretch): Id[] {
    const rows = listStretch(this.db, `SELECT id FROM posts WHERE ${where}`, 'id', stretch, toBlob(id));
    return rows.map((row) => toId(row['id']));
  }

  private visible(id: Id): Post | undefined {
    const row = this.db.get('SELECT * FROM posts WHERE id = ? AND hidden = 0', toBlob(id));
    return row && toPost(row);
  }

  private existingRepost({ kind, authorId, subjectId }: PostDraft): Post | undefined {
    if (kind !== 'repost' || subjectId === undefined) return undefined;
    const sql = `SELECT * FROM posts WHERE author_id = ? AND subject_id = ? AND kind = 'repost'`;
    const row = this.db.get(sql, toBlob(authorId), toBlob(subjectId));
    if (row?.['hidden'] === 1) throw new PostNotFound();
    return row && toPost(row);
  }

  private used(day: number, authorId: Id): number {
    const sql = 'SELECT used FROM quotas WHERE day = ? AND author_id = ?';
    return Number(this.db.get(sql, day, toBlob(authorId))?.['used'] ?? 0);
  }

  private useQuota({ id, authorId }: Post, postsPerDay: number): number {
    const at = timeOf(id);
    const day = dayOf(at);
    const used = this.used(day, authorId);
    if (postsPerDay > 0 && used >= postsPerDay) {
      throw new QuotaExceeded(postsPerDay, Math.ceil((quotaResetsAt(at) - at) / SECOND));
    }
    const sql = `INSERT INTO quotas (day, author_id, used) VALUES (?, ?, 1)
      ON CONFLICT DO UPDATE SET used = used + 1`;
    this.db.run(sql, day, toBlob(authorId));
    this.db.run(
      `DELETE FROM quotas WHERE (day, author_id) IN (SELECT day, author_id FROM quotas WHERE day < ? LIMIT 10)`,
      day - 1,
    );
    return used + 1;
  }

  private insert(post: Post): void {
    const optional = (id: Id | undefined): Uint8Array | null => (id === undefined ? null : toBlob(id));
    this.db.run(
      `INSERT INTO posts (id, kind, author_id, text, mentions, conversation_id, subject_id, in_reply_to_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      toBlob(post.id),
      post.kind,
      toBlob(post.authorId),
      post.text ?? null,
      Buffer.concat(post.mentionIds.map(toBlob)),
      toBlob(post.conversationId),
      optional(post.subjectId),
      optional(post.inReplyToId),
    );
  }

  /** Counts a post for its author and for what it refers to, or no longer. */
  private count({ kind, authorId, subjectId, inReplyToId }: Post, by: 1 | -1): void {
    if (kind !== 'reply') {
      this.db.run('UPDATE users SET posts_count = posts_count + ? WHERE id = ?', by, toBlob(authorId));
    }
    const referredId = subjectId ?? inReplyToId;
    if (kind === 'original' || referredId === undefined) return;
    const column = { repost: 'reposts', quote: 'quotes', reply: 'replies' }[kind];
    this.db.run(`UPDATE posts SET ${column} = ${column} + ? WHERE id = ?`, by, toBlob(referredId));
  }
}
