import { LRUCache } from 'lru-cache';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import { UsernameTaken } from '../../modules/users/domain/user.errors.js';
import type { ProfileChanges, UserSummary } from '../../modules/users/domain/user.js';
import { type UserState, UserStore } from '../../modules/users/users.ports.js';
import type { Row, SqliteDatabase, SqlValue } from './sqlite-database.js';
import { idsIn, listStretch, toBlob, toId, toJson } from './sqlite-ids.js';

const SUMMARIES_KEPT = 10_000;
/** Bounds the search for a common beginning of a name. */
const USERS_SCANNED = 1_000;
const STATE = `
  SELECT u.*,
    EXISTS (SELECT 1 FROM follows WHERE follower_id = ?1 AND followed_id = u.id) AS following,
    EXISTS (SELECT 1 FROM follows WHERE follower_id = u.id AND followed_id = ?1) AS followed_by
  FROM users u`;

export class SqliteUserStore extends UserStore {
  private readonly known = new LRUCache<Id, UserSummary>({ max: SUMMARIES_KEPT });
  private knownSince = 0;

  constructor(private readonly db: SqliteDatabase) {
    super();
  }

  async load(ids: readonly Id[], readerId?: Id): Promise<Map<Id, UserState>> {
    const rows = this.db.all(`${STATE} WHERE u.id IN ${idsIn('?2')}`, reader(readerId), toJson(ids));
    return new Map(rows.map((row) => [toId(row['id']), state(row, readerId)]));
  }

  async summaries(ids: readonly Id[]): Promise<Map<Id, UserSummary>> {
    this.forgetIfOthersWrote();
    const known = ids.flatMap((id) => this.known.get(id) ?? []);
    const missing = ids.filter((id) => !this.known.has(id));
    const found = missing.length === 0 ? [] : this.readSummaries(missing);
    for (const user of found) this.known.set(user.id, user);
    return new Map([...known, ...found].map((user) => [user.id, user]));
  }

  private readSummaries(ids: readonly Id[]): UserSummary[] {
    const sql = `SELECT id, username, display_name FROM users WHERE id IN ${idsIn('?')}`;
    return this.db.all(sql, toJson(ids)).map(summary);
  }

  /** What this process changes it forgets one by one; of another one on the same file it only knows that it wrote. */
  private forgetIfOthersWrote(): void {
    const othersCommits = this.db.othersCommits();
    if (othersCommits !== this.knownSince) this.known.clear();
    this.knownSince = othersCommits;
  }

  async findByUsername(username: string, readerId?: Id): Promise<UserState | undefined> {
    const row = this.db.get(`${STATE} WHERE u.username_lower = ?2`, reader(readerId), username.toLowerCase());
    return row && state(row, readerId);
  }

  async idsOf(usernames: readonly string[]): Promise<Map<string, Id>> {
    const sql = `SELECT id, username_lower FROM users WHERE username_lower IN (SELECT value FROM json_each(?))`;
    const rows = this.db.all(sql, JSON.stringify(usernames.map((name) => name.toLowerCase())));
    return new Map(rows.map((row) => [String(row['username_lower']), toId(row['id'])]));
  }

  async list(stretch: Stretch): Promise<Id[]> {
    return listStretch(this.db, 'SELECT id FROM users WHERE true', 'id', stretch).map((row) =>
      toId(row['id']),
    );
  }

  async listByPrefix(prefix: string, stretch: Stretch): Promise<Id[]> {
    const names = [prefix.toLowerCase(), `${prefix.toLowerCase()}\u{10ffff}`];
    const nearby = this.scanNames(names, stretch);
    const sql = 'SELECT id FROM users WHERE username_lower >= ? AND username_lower < ?';
    const rows = nearby.length >= stretch.limit ? nearby : listStretch(this.db, sql, 'id', stretch, ...names);
    return rows.map((row) => toId(row['id']));
  }

  /** Common beginnings show up among a few users; those of rare ones are few enough to be sorted. */
  private scanNames(names: readonly string[], { from, before, newestFirst, limit }: Stretch): Row[] {
    const order = newestFirst ? 'DESC' : 'ASC';
    const sql = `
      SELECT id FROM (
        SELECT id, username_lower FROM users WHERE id >= ? AND id < ? ORDER BY id ${order} LIMIT ${USERS_SCANNED})
      WHERE username_lower >= ? AND username_lower < ? ORDER BY id ${order} LIMIT ?`;
    return this.db.all(sql, toBlob(from), toBlob(before), ...names, limit);
  }

  change(id: Id, { username, displayName, bio }: ProfileChanges): Promise<void> {
    return this.db.write(() => {
      // Nothing can read between this and the commit.
      this.known.delete(id);
      if (username !== undefined) this.rename(id, username);
      if (displayName !== undefined) {
        this.db.run('UPDATE users SET display_name = ? WHERE id = ?', displayName, toBlob(id));
      }
      if (bio !== undefined) this.db.run('UPDATE users SET bio = ? WHERE id = ?', bio || null, toBlob(id));
    });
  }

  private rename(id: Id, username: string): void {
    const lower = username.toLowerCase();
    const sql = 'SELECT 1 FROM users WHERE username_lower = ? AND id <> ?';
    if (this.db.get(sql, lower, toBlob(id))) throw new UsernameTaken();
    this.db.run(
      'UPDATE users SET username = ?, username_lower = ? WHERE id = ?',
      username,
      lower,
      toBlob(id),
    );
  }
}

export function insertUser(
  db: SqliteDatabase,
  id: Id,
  { username, displayName }: { username: string; displayName?: string },
): void {
  const sql = `INSERT INTO users (id, username, username_lower, display_name) VALUES (?, ?, ?, ?)
    ON CONFLICT (username_lower) DO NOTHING`;
  const inserted = db.run(sql, toBlob(id), username, username.toLowerCase(), displayName ?? null);
  if (inserted === 0) throw new UsernameTaken();
}

function reader(readerId: Id | undefined): SqlValue {
  return readerId === undefined ? null : toBlob(readerId);
}

function summary(row: Row): UserSummary {
  const displayName = row['display_name'];
  return {
    id: toId(row['id']),
    username: String(row['username']),
    ...(typeof displayName === 'string' && { displayName }),
  };
}

function state(row: Row, readerId: Id | undefined): UserState {
  const bio = row['bio'];
  return {
    ...summary(row),
    ...(typeof bio === 'string' && { bio }),
    followersCount: Number(row['followers_count']),
    followingCount: Number(row['following_count']),
    postsCount: Number(row['posts_count']),
    ...(readerId !== undefined && {
      relation: { following: row['following'] === 1, followedBy: row['followed_by'] === 1 },
    }),
  };
}
