import { original } from '../../src/modules/posts/domain/post.js';
import { MINUTE } from '../../src/shared/clock.js';
import type { OutboxEvent } from '../../src/shared/events.js';
import type { Id } from '../../src/shared/ids.js';
import { type OpenAdapters, Stores } from '../support/stores.js';

/** What every Outbox promises. */
export function outboxContract(open: OpenAdapters): void {
  let stores: Stores;
  let ada: Id;
  let bob: Id;
  beforeEach(async () => {
    stores = await Stores.open(open);
    [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
  });
  afterEach(() => stores.close());

  const happen = (actorId: Id, ...names: string[]): Promise<unknown> =>
    stores.posts.publish(original(actorId, 'x'), {
      postsPerDay: 0,
      eventsOf: () => names.map((name) => ({ type: 'it-happened', actorId, data: { name } })),
    });
  const names = (events: readonly OutboxEvent[]): unknown[] =>
    events.map(({ data }) => (data as { name: string }).name);
  const claim = (limit = 10): Promise<OutboxEvent[]> => stores.outbox.claim(limit, MINUTE);

  it('hands on events in the order of their commits, each to one caller', async () => {
    expect(await claim()).toEqual([]);
    await happen(ada, 'a1', 'a2');
    await happen(bob, 'b1');
    const first = await claim(2);
    expect(names(first)).toEqual(['a1', 'a2']);
    expect(names(await claim())).toEqual(['b1']);
    expect(await claim()).toEqual([]);
  });

  it('shares many events among callers at once without giving one twice', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, n) => happen(n % 2 ? ada : bob, `${n}`)));
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(7)));
    const positions = claims.flat().map(({ position }) => position);
    expect(new Set(positions).size).toBe(positions.length);
  });

  it('gives what is done to nobody, and what a dead caller held to the next', async () => {
    await happen(ada, 'a1', 'a2');
    const [first] = await claim();
    await stores.outbox.done(first ? [first.position] : []);
    stores.clock.advance(MINUTE);
    expect(names(await claim())).toEqual(['a2']);
  });

  it("holds an actor's later events back while an earlier one is leased or waits", async () => {
    await happen(ada, 'a1');
    await happen(bob, 'b1');
    const [first] = await claim(1);
    await happen(ada, 'a2');
    expect(names(await claim())).toEqual(['b1']);
    await stores.outbox.retryLater(first?.position ?? 0, stores.clock.now() + 1_000, 'with-its-successors');
    await happen(ada, 'a3');
    expect(await claim()).toEqual([]);
    stores.clock.advance(1_000);
    const again = await claim();
    expect(names(again)).toEqual(['a1', 'a2', 'a3']);
    expect(again.map(({ failures }) => failures)).toEqual([1, 0, 0]);
  });

  it('lets later events of an actor pass one that waits alone', async () => {
    await happen(ada, 'a1', 'a2');
    const [first, second] = await claim();
    await stores.outbox.retryLater(first?.position ?? 0, stores.clock.now() + 1_000, 'alone');
    await stores.outbox.done(second ? [second.position] : []);
    await happen(ada, 'a3');
    expect(names(await claim())).toEqual(['a3']);
    stores.clock.advance(1_000);
    expect(names(await claim())).toEqual(['a1']);
  });

  it('knows the oldest event of a type that is not done', async () => {
    expect(await stores.outbox.oldest('it-happened')).toBeUndefined();
    await happen(ada, 'a1');
    await happen(bob, 'b1');
    expect(await stores.outbox.oldest('it-happened')).toMatchObject({ actorId: ada, data: { name: 'a1' } });
    const events = await claim();
    expect(await stores.outbox.oldest('it-happened')).toMatchObject({ data: { name: 'a1' } });
    await stores.outbox.done(events.slice(0, 1).map(({ position }) => position));
    expect(await stores.outbox.oldest('it-happened')).toMatchObject({ actorId: bob, data: { name: 'b1' } });
    expect(await stores.outbox.oldest('nothing')).toBeUndefined();
  });

  it('tells of commits that stored events', async () => {
    let told = 0;
    stores.outbox.onCommit(() => (told += 1));
    await happen(ada);
    expect(told).toBe(0);
    await happen(ada, 'a1');
    expect(told).toBe(1);
  });
}
