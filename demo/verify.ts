import type { Api, Page, PostBody, UserBody } from './api.ts';
import { DemoError } from './demo-error.ts';
import type { Progress } from './progress.ts';

/**
 * Walks the timeline of all by `next` and proves that it shows every post but replies exactly once, newest first: as many
 * as the counters of all users say, and among them those of `published`. Nobody may write meanwhile.
 * @throws {DemoError} saying what is wrong
 */
export async function verifyTimeline(
  api: Api,
  published: readonly string[],
  progress: Progress,
): Promise<number> {
  let expected = 0;
  for await (const user of walk<UserBody>(api, '/v1/users')) expected += user.postsCount;
  progress.begin('verified', expected);
  const seen = new Set<string>();
  let previous = '~';
  for await (const { id, kind } of walk<PostBody>(api, '/v1/timelines/all')) {
    if (seen.has(id)) throw new DemoError(`The timeline shows ${id} twice.`);
    if (id > previous) throw new DemoError(`The timeline shows ${id} after the older ${previous}.`);
    if (kind === 'reply') throw new DemoError(`The timeline shows the reply ${id}.`);
    seen.add(id);
    previous = id;
    progress.step();
  }
  progress.end();
  if (seen.size !== expected) {
    throw new DemoError(`The timeline shows ${seen.size} posts, but users have ${expected}.`);
  }
  const missing = published.filter((id) => !seen.has(id));
  if (missing.length > 0)
    throw new DemoError(`The timeline lacks ${missing.length} posts, such as ${missing[0] ?? ''}.`);
  return seen.size;
}

async function* walk<Item>(api: Api, path: string): AsyncGenerator<Item> {
  let next: string | undefined;
  do {
    const query = `limit=100${next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`}`;
    const { items, page }: Page<Item> = await api.get<Page<Item>>(`${path}?${query}`);
    yield* items;
    next = page.next;
  } while (next !== undefined);
}
