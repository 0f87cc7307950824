import type { NewNotification } from '../../src/modules/notifications/domain/notification.js';
import type { Id } from '../../src/shared/ids.js';
import { everything, type OpenAdapters, Stores } from '../support/stores.js';

/** What every NotificationStore promises. */
export function notificationStoreContract(open: OpenAdapters): void {
  let stores: Stores;
  let ada: Id;
  let bob: Id;
  beforeEach(async () => {
    stores = await Stores.open(open);
    [ada, bob] = [await stores.user('ada'), await stores.user('bob')];
  });
  afterEach(() => stores.close());

  const follow = (once: string, more: Partial<NewNotification> = {}): NewNotification => ({
    type: 'follow',
    recipientId: ada,
    actorId: bob,
    once,
    ...more,
  });
  const list = async (types: NewNotification['type'][] = []): Promise<Id[]> =>
    (await stores.notifications.list(ada, types, everything())).map(({ id }) => id);

  it('tells a recipient once, whatever comes again, also at the same time', async () => {
    await stores.notifications.add([]);
    const again = Array.from({ length: 10 }, () => stores.notifications.add([follow('a'), follow('b')]));
    await Promise.all(again);
    await stores.notifications.add([
      follow('b'),
      follow('c'),
      follow('a', { recipientId: bob, actorId: ada }),
    ]);
    expect(await list()).toHaveLength(3);
    expect(await stores.notifications.list(bob, [], everything())).toHaveLength(1);
  });

  it('lists newest first as they were told, of the types asked for', async () => {
    const post = await stores.post(ada);
    await stores.notifications.add([follow('a'), follow('b', { type: 'repost', postId: post.id })]);
    await stores.notifications.add([follow('c', { type: 'mention', postId: post.id })]);
    const all = await stores.notifications.list(ada, [], everything());
    expect(all).toEqual([
      { id: all[0]?.id, type: 'mention', recipientId: ada, actorId: bob, postId: post.id },
      { id: all[1]?.id, type: 'repost', recipientId: ada, actorId: bob, postId: post.id },
      { id: all[2]?.id, type: 'follow', recipientId: ada, actorId: bob },
    ]);
    const [mention = '', repost = '', followed = ''] = await list();
    expect([mention, repost, followed].toSorted()).toEqual([followed, repost, mention]);
    expect(await list(['mention', 'follow'])).toEqual([mention, followed]);
    expect(await list(['quote'])).toEqual([]);
    const oldest = await stores.notifications.list(
      ada,
      ['follow', 'repost'],
      everything({ newestFirst: false, limit: 1 }),
    );
    expect(oldest.map(({ id }) => id)).toEqual([followed]);
  });

  it('counts what is unread; the marker never moves back', async () => {
    expect(await stores.notifications.unread(ada)).toEqual({ unreadCount: 0 });
    await stores.notifications.add([follow('a'), follow('b'), follow('c')]);
    const [newest = '', middle = '', oldest = ''] = await list();
    expect(await stores.notifications.unread(ada)).toEqual({ unreadCount: 3 });
    expect(await stores.notifications.markRead(ada, middle)).toEqual({ lastReadId: middle, unreadCount: 1 });
    expect(await stores.notifications.markRead(ada, oldest)).toEqual({ lastReadId: middle, unreadCount: 1 });
    await stores.notifications.add([follow('d')]);
    expect(await stores.notifications.unread(ada)).toEqual({ lastReadId: middle, unreadCount: 2 });
    await Promise.all([oldest, newest, middle].map((id) => stores.notifications.markRead(ada, id)));
    expect(await stores.notifications.unread(ada)).toEqual({ lastReadId: newest, unreadCount: 1 });
  });

  it("tells of everybody's what is new", async () => {
    expect(await stores.notifications.ofEverybody(everything())).toEqual([]);
    await stores.notifications.add([follow('a'), follow('b', { recipientId: bob, actorId: ada })]);
    await stores.notifications.add([follow('c')]);

    const [c, b, a] = await stores.notifications.ofEverybody(everything());
    expect([c?.recipientId, b?.recipientId, a?.recipientId]).toEqual([ada, bob, ada]);
    expect([c?.id, a?.id]).toEqual(await list());
    const newer = everything({ from: b?.id ?? '', newestFirst: false, limit: 1 });
    expect(await stores.notifications.ofEverybody(newer)).toEqual([b]);
  });

  it("marks nothing by an id that is not the recipient's", async () => {
    await stores.notifications.add([follow('a')]);
    const [id = ''] = await list();
    expect(await stores.notifications.markRead(bob, id)).toBeUndefined();
    expect(await stores.notifications.markRead(ada, bob)).toBeUndefined();
    expect(await stores.notifications.unread(bob)).toEqual({ unreadCount: 0 });
  });

  it('reads any stretch of rare and common types', async () => {
    const types = ['follow', 'follow', 'mention', 'follow', 'repost', 'follow', 'mention', 'follow'] as const;
    await stores.notifications.add(types.map((type, n) => follow(`${n}`, { type })));
    const all = await stores.notifications.list(ada, [], everything({ newestFirst: false }));
    expect(all.map(({ type }) => type)).toEqual(types);
    for (const asked of [['mention'], ['follow', 'repost'], ['repost', 'mention', 'mention']] as const) {
      for (const newestFirst of [true, false]) {
        for (const limit of [1, 3, 100]) {
          for (const [from, before] of [
            [0, 7],
            [2, 6],
            [3, 3],
            [6, 2],
          ] as const) {
            const bounds = { from: all[from]?.id ?? '', before: all[before]?.id ?? '' };
            const within = all
              .slice(from, Math.max(from, before))
              .filter(({ type }) => asked.some((one) => one === type));
            const stretch = everything({ newestFirst, limit, ...bounds });
            expect(await stores.notifications.list(ada, asked, stretch)).toEqual(
              (newestFirst ? within.toReversed() : within).slice(0, limit),
            );
          }
        }
      }
    }
  });
}
