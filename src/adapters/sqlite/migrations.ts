import type { DatabaseSync } from 'node:sqlite';

/** Each is run once, in this order, and never changed after a release: a change of the schema is a new entry. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE users (
    id BLOB PRIMARY KEY,
    username TEXT NOT NULL,
    username_lower TEXT NOT NULL UNIQUE,
    display_name TEXT,
    bio TEXT,
    followers_count INTEGER NOT NULL DEFAULT 0,
    following_count INTEGER NOT NULL DEFAULT 0,
    posts_count INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE accounts (
    user_id BLOB PRIMARY KEY REFERENCES users,
    password_hash TEXT,
    issuer TEXT,
    subject TEXT,
    UNIQUE (issuer, subject)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE refresh_tokens (
    digest TEXT PRIMARY KEY,
    family BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users,
    expires_at INTEGER NOT NULL,
    traded INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
  CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

  CREATE TABLE secrets (
    id BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE follows (
    follower_id BLOB NOT NULL REFERENCES users,
    followed_id BLOB NOT NULL REFERENCES users,
    id BLOB NOT NULL UNIQUE,
    PRIMARY KEY (follower_id, followed_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX follows_followers ON follows (followed_id, id);
  CREATE INDEX follows_following ON follows (follower_id, id);

  -- The order of rowids is the order of ids.
  CREATE TABLE posts (
    rowid INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    author_id BLOB NOT NULL REFERENCES users,
    text TEXT,
    mentions BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    subject_id BLOB REFERENCES posts (id),
    in_reply_to_id BLOB REFERENCES posts (id),
    reposts INTEGER NOT NULL DEFAULT 0,
    quotes INTEGER NOT NULL DEFAULT 0,
    replies INTEGER NOT NULL DEFAULT 0,
    hidden INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX posts_timeline ON posts (id, author_id) WHERE hidden = 0 AND kind <> 'reply';
  CREATE INDEX posts_of_author ON posts (author_id, id) WHERE hidden = 0 AND kind <> 'reply';
  CREATE INDEX posts_of_author_with_replies ON posts (author_id, id) WHERE hidden = 0 AND kind IN ('original', 'reply');
  CREATE INDEX posts_replies ON posts (in_reply_to_id, id) WHERE hidden = 0 AND kind = 'reply';
  CREATE INDEX posts_quotes ON posts (subject_id, id) WHERE hidden = 0 AND kind = 'quote';
  CREATE INDEX posts_reposts ON posts (subject_id, id) WHERE hidden = 0 AND kind = 'repost';
  CREATE UNIQUE INDEX posts_repost_once ON posts (author_id, subject_id) WHERE kind = 'repost';

  -- Holds words as wordsOf() finds and folds them: to this tokenizer all beyond ASCII belongs to words.
  CREATE VIRTUAL TABLE posts_text USING fts5 (
    text, author, content = '', contentless_delete = 1, tokenize = 'ascii'
  );

  CREATE TABLE quotas (
    day INTEGER NOT NULL,
    author_id BLOB NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (day, author_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE idempotency (
    digest TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    post_id BLOB NOT NULL,
    body TEXT,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_expiry ON idempotency (expires_at);

  CREATE TABLE notifications (
    id BLOB PRIMARY KEY,
    recipient_id BLOB NOT NULL REFERENCES users,
    type TEXT NOT NULL,
    actor_id BLOB NOT NULL REFERENCES users,
    post_id BLOB REFERENCES posts (id),
    once TEXT NOT NULL,
    UNIQUE (recipient_id, once)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX notifications_of_recipient ON notifications (recipient_id, id);
  CREATE INDEX notifications_by_type ON notifications (recipient_id, type, id);

  CREATE TABLE notification_markers (
    recipient_id BLOB PRIMARY KEY REFERENCES users,
    last_read_id BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    actor_id BLOB NOT NULL,
    data TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    available_at INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX outbox_of_actor ON outbox (actor_id, position);
  `,
  `
  -- Events for which the later ones of their actor do not wait.
  ALTER TABLE outbox ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX outbox_of_type ON outbox (type, position);
  `,
];

/**
 * Brings the database to the present version. Each step is one transaction together with its number, so that an
 * interrupted start goes on where it was.
 */
export function migrate(connection: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  const version = (): number => Number(connection.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version() > migrations.length) {
    throw new Error(
      `The database is of version ${version()}, but this Posterr knows versions up to ${migrations.length}: start a newer one.`,
    );
  }
  while (version() < migrations.length) {
    connection.exec('BEGIN IMMEDIATE');
    try {
      const next = version();
      if (next < migrations.length) {
        connection.exec(migrations[next] ?? '');
        connection.exec(`PRAGMA user_version = ${next + 1}`);
      }
      connection.exec('COMMIT');
    } catch (error) {
      connection.exec('ROLLBACK');
      throw error;
    }
  }
}
