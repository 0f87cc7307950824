import { setTimeout } from 'node:timers/promises';
import { describeWith, mongoUri, TcpProxy } from '../../../test/support/engines.js';
import { createDatabase, databaseUrl, type TestDatabase } from '../../../test/support/mongo.js';
import { everything, HandClock, Stores } from '../../../test/support/stores.js';
import { MINUTE, SECOND } from '../../shared/clock.js';
import { type Id, timeOf } from '../../shared/ids.js';
import { type Page, type Position, readPage } from '../../shared/page.js';
import { SystemClock } from '../system/system-clock.js';
import { UuidV7Ids } from '../system/uuid-v7-ids.js';
import { type MongoAdapters, openMongoAdapters } from './mongo-adapters.js';
import { FENCE } from './mongo-database.js';

/** Writes that become visible after others with higher ids: held back on their way, by processes whose clocks differ. */
describeWith('MongoDB', 'late writes', () => {
  let database: TestDatabase;
  const opened: { adapters: MongoAdapters; proxy: TcpProxy }[] = [];

  beforeAll(async () => {
    database = await createDatabase(mongoUri ?? '');
  });
  afterAll(() => database.remove());
  afterEach(async () => {
    for (const { adapters, proxy } of opened.splice(0)) {
      await adapters.close();
      await proxy.close();
    }
    await database.empty();
  });

  /** A process of its own: its clock is wrong by `skew` ms, and what it sends can be held back. */
  async function process(skew = 0): Promise<{ stores: Stores; proxy: TcpProxy; adapters: MongoAdapters }> {
    const server = new URL(mongoUri ?? '');
    const proxy = await TcpProxy.start(Number(server.port || 27_017), server.hostname);
    const url = new URL(databaseUrl(mongoUri ?? '', new URL(database.url).pathname.slice(1)));
    url.host = `127.0.0.1:${proxy.port}`;
    url.searchParams.set('directConnection', 'true');
    const clock = new SystemClock();
    const localTime = (): number => performance.timeOrigin + performance.now() + skew;
    const adapters = openMongoAdapters(
      { url: url.href, timeoutMs: 20_000, localTime },
      new UuidV7Ids(clock),
      clock,
      false,
    );
    await adapters.start();
    if (adapters.now) clock.follow(adapters.now);
    opened.push({ adapters, proxy });
    return { stores: Stores.of(adapters, new HandClock()), proxy, adapters };
  }

  const page = (stores: Stores, limit: number, position?: Position): Promise<Page<Id>> => {
    const settledBefore = stores.visibility.settledBefore();
    const request = { limit, settledBefore, ...(position && { position }) };
    return readPage(
      'newest-first',
      request,
      (stretch) => stores.timelines.all(stretch),
      (id) => id,
    );
  };

  it('are found by polling, though a later id was shown before', async () => {
    const [held, other] = [await process(), await process()];
    const ada = await other.stores.user('ada');
    const bob = await other.stores.user('bob');
    await held.stores.timelines
      .all({ from: '', before: '', newestFirst: true, limit: 1 })
      .catch(() => undefined);
    held.proxy.pause();
    const late = held.stores.post(ada);
    await setTimeout(500);
    const early = await other.stores.post(bob);
    const first = await page(other.stores, 10);
    expect(first.items).toEqual([early.id]);
    held.proxy.resume();
    const { id } = await late;
    const polled = await page(other.stores, 10, first.prev);
    expect(polled.items).toEqual([id]);
    expect((await page(other.stores, 10, polled.prev)).items).toEqual([]);
    expect((await page(other.stores, 10)).items.toSorted()).toEqual([id, early.id].toSorted());
  });

  it('are refused when they come too late, and are written anew under a later id', async () => {
    const [held, other] = [await process(), await process()];
    const ada = await other.stores.user('ada');
    // Connected already, so that what is held back is the write itself.
    await held.stores.posts.usedOn(0, ada);
    const publishing = held.stores.post(ada);
    held.proxy.pause();
    await setTimeout(FENCE + 500);
    const before = held.adapters.now?.() ?? 0;
    held.proxy.resume();
    const { id } = await publishing;
    expect(timeOf(id)).toBeGreaterThan(before - 100);
    expect(await other.stores.timelines.all(everything())).toEqual([id]);
  });

  it('of processes whose clocks are two minutes apart keep the order of time', async () => {
    const [slow, fast] = [await process(-MINUTE), await process(MINUTE)];
    expect(Math.abs((slow.adapters.now?.() ?? 0) - (fast.adapters.now?.() ?? 0))).toBeLessThan(200);
    const ada = await slow.stores.user('ada');
    const bob = await slow.stores.user('bob');
    const first = await fast.stores.post(ada);
    await setTimeout(300);
    const second = await slow.stores.post(bob);
    expect(second.id > first.id).toBe(true);
    expect(Math.abs(timeOf(second.id) - timeOf(first.id))).toBeLessThan(10 * SECOND);
  });

  it('of several processes under load are all polled once, and walks have no gap', async () => {
    const writers = await Promise.all([process(-MINUTE), process(), process(MINUTE)]);
    const reader = await process(30 * SECOND);
    const authors = await Promise.all(Array.from({ length: 9 }, (_, n) => reader.stores.user(`author${n}`)));
    let { prev } = await page(reader.stores, 10);
    const polled: Id[] = [];
    const published: Id[] = [];
    const write = async ({ stores }: (typeof writers)[number], author: Id): Promise<void> => {
      for (let n = 0; n < 12; n += 1) published.push((await stores.post(author)).id);
    };
    let writing = true;
    const hold = async (): Promise<void> => {
      for (let n = 0; writing; n += 1) {
        const { proxy } = writers[n % 3] as (typeof writers)[number];
        proxy.pause();
        await setTimeout(150);
        proxy.resume();
        await setTimeout(20);
      }
    };
    const poll = async (): Promise<number> => {
      const next = await page(reader.stores, 7, prev);
      polled.push(...next.items.toReversed());
      ({ prev } = next);
      return next.items.length;
    };
    const holding = hold();
    const poller = (async () => {
      while (writing) await poll();
    })();
    const writes = authors.map((author, n) => write(writers[n % 3] as (typeof writers)[number], author));
    await Promise.all(writes).finally(() => (writing = false));
    await Promise.all([holding, poller]);
    while ((await poll()) > 0);
    expect(new Set(polled).size).toBe(polled.length);
    expect(polled.toSorted()).toEqual(published.toSorted());
    // That order and time of ids differ is what this test is about.
    expect(polled).not.toEqual(polled.toSorted());
    const walked: Id[] = [];
    for (let position: Position | undefined, more = true; more;) {
      const next: Page<Id> = await page(reader.stores, 7, position);
      walked.push(...next.items);
      position = next.next;
      more = next.hasMore;
    }
    expect(walked).toEqual(published.toSorted().toReversed());
  });
});
