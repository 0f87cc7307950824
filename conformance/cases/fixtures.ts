import assert from 'node:assert/strict';
import type { Client } from '../client.ts';
import type { People } from '../people.ts';
import { soon } from '../soon.ts';

/** What is there before requests are generated: they refer to it, and to nothing of anybody else's. */
export interface Fixtures {
  readonly people: People;
  /** Those who send. */
  readonly readers: readonly Client[];
  /** Posts of somebody who sends nothing. */
  readonly posts: readonly string[];
  readonly names: readonly string[];
  readonly notifications: readonly string[];
  /** Good for timelines/all alone. */
  readonly cursor: string;
}

const READERS = 6;

export async function fixturesOf(people: People): Promise<Fixtures> {
  const readers = await people.people(READERS);
  const posts: string[] = [];
  const names: string[] = [];
  for (const { username } of readers) {
    const { id, author } = await people.publish(`for @${username}`);
    posts.push(id);
    names.push(author.username);
  }
  const bound = await people.nobody.page('/v1/timelines/all?limit=1');
  const notifications = await Promise.all(readers.map(firstNotification));
  return { people, readers, posts, names, notifications, cursor: bound.page.prev };
}

async function firstNotification(reader: Client): Promise<string> {
  let id = '';
  await soon(async () => {
    const { items } = await reader.page<{ id: string }>('/v1/me/notifications?limit=1');
    id = items[0]?.id ?? assert.fail('a mention is told');
  });
  return id;
}
