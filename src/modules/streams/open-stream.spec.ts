import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { type Id, lowestIdAt } from '../../shared/ids.js';
import { type Stretch, Visibility } from '../../shared/page.js';
import { type EventIds, EventIdKey } from './event-ids.js';
import { EventStream } from './event-stream.js';
import { feedOf, toTold } from './feed.js';
import { OpenStream } from './open-stream.js';
import { Tail } from './tail.js';

/** Longest time between an item's id and its becoming visible, in ms. */
const LATEST = 20;
const START = 1_000;

interface Item {
  readonly id: Id;
  readonly visibleAt: number;
  /** The reader follows its author. */
  readonly mine: boolean;
}

/** A database in which items become visible late. */
class LateList extends Visibility {
  now = START;

  constructor(private readonly all: readonly Item[]) {
    super();
  }

  settledBefore(): Id {
    return lowestIdAt(this.now - LATEST);
  }

  read({ from, before, newestFirst, limit }: Stretch, only: (item: Item) => boolean): Promise<Item[]> {
    const there = this.all.filter(
      (item) => item.visibleAt <= this.now && only(item) && item.id >= from && item.id < before,
    );
    const sorted = there.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return Promise.resolve((newestFirst ? sorted.toReversed() : sorted).slice(0, limit));
  }
}

/** A process that follows the list by itself. */
class Process {
  private readonly streams = new Set<OpenStream>();
  private readonly tail: Tail<Item>;

  constructor(
    private readonly list: LateList,
    private readonly ids: EventIds,
  ) {
    this.tail = new Tail<Item>({
      visibility: list,
      read: (stretch) => list.read(stretch, () => true),
      idOf: ({ id }) => id,
      deliver: async (batch) => {
        const mine = batch.items.filter((item) => item.mine).map(toTold);
        if (mine.length > 0) for (const stream of this.streams) stream.deliver(batch, mine);
      },
      failed: (error) => {
        throw error;
      },
    });
  }

  start(): Promise<void> {
    return this.tail.start();
  }

  stop(): void {
    this.tail.stop();
  }

  async advance(): Promise<void> {
    await this.tail.advance();
  }

  async open(lastEventId: string | undefined): Promise<EventStream> {
    const feed = feedOf({
      name: 'posts',
      event: 'post',
      visibility: this.list,
      read: async (stretch) => {
        const found = await this.list.read(stretch, ({ mine }) => mine);
        // What the tail brings meanwhile has to wait.
        await nextTurn();
        return found;
      },
      views: (items) => Promise.resolve(items),
    });
    const places = lastEventId === undefined ? { posts: await feed.end() } : this.ids.open(lastEventId);
    const output = new EventStream();
    const stream = new OpenStream(output, this.ids, places ?? {}, feed, (error) => {
      throw error;
    });
    output.begin(stream.eventId);
    this.streams.add(stream);
    stream.goLive();
    return output;
  }
}

/** What was sent so far: the ids of items, and the event id of each; the first is that of the beginning. */
function received(stream: EventStream): { items: Id[]; eventIds: string[] } {
  let text = '';
  for (let chunk = readOf(stream); chunk !== null; chunk = readOf(stream)) text += chunk.toString();
  return {
    items: [...text.matchAll(/^data: \{"id":"([^"]+)"/gm)].map(([, id = '']) => id),
    eventIds: [...text.matchAll(/^id: (.+)$/gm)].map(([, id = '']) => id),
  };
}

const readOf = (stream: EventStream): Buffer | null => stream.read() as Buffer | null;

describe('a stream that is left and resumed, at any process', () => {
  const plan = fc.array(
    fc.record({ madeAt: fc.nat(120), late: fc.nat(LATEST - 1), tie: fc.nat(3), mine: fc.boolean() }),
    { minLength: 1, maxLength: 80, size: 'max' },
  );
  const steps = fc.array(
    fc.record({
      wait: fc.oneof(fc.nat(3), fc.nat(30)),
      what: fc.constantFrom('advance 0', 'advance 1', 'leave', 'leave and come to the other'),
      /** Whether the stream has caught up before anything else happens. */
      rests: fc.boolean(),
      /** How much of what was sent has reached the reader who leaves. */
      read: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 60, size: 'max' },
  );

  it('tells all that becomes visible once, however late', async () => {
    const ids = await new EventIdKey({ bytes: () => Promise.resolve(new Uint8Array(32)) }).idsOf('home', [
      'posts',
    ]);
    await fc.assert(
      fc.asyncProperty(plan, steps, fc.nat(100), async (items, acts, beginning) => {
        const all = items.map(({ madeAt, late, tie, mine }, n): Item => {
          const id = lowestIdAt(START + madeAt).replace(/.{12}$/, `${tie}${String(n).padStart(11, '0')}`);
          return { id, visibleAt: START + madeAt + late, mine };
        });
        const list = new LateList(all);
        const processes = [new Process(list, ids), new Process(list, ids)] as const;
        await Promise.all(processes.map((process) => process.start()));
        list.now += beginning;
        let at: 0 | 1 = 0;
        let stream = await processes[at].open(undefined);
        await settled();
        const told: Id[] = [];
        let lastEventId = '';
        const leave = async (part: number): Promise<void> => {
          const { items: got, eventIds } = received(stream);
          const count = Math.round(got.length * part);
          told.push(...got.slice(0, count));
          lastEventId = eventIds[count] ?? lastEventId;
          stream.destroy();
          stream = await processes[at].open(lastEventId);
        };
        for (const { wait, what, rests, read } of acts) {
          list.now += wait;
          if (rests) await settled();
          if (what === 'advance 0') await processes[0].advance();
          else if (what === 'advance 1') await processes[1].advance();
          else {
            if (what !== 'leave') at = at === 0 ? 1 : 0;
            await leave(read);
          }
        }
        list.now += 300;
        for (const process of processes) for (let n = 0; n < 3; n += 1) await process.advance();
        await settled();
        await leave(1);
        await settled();
        told.push(...received(stream).items);
        processes.forEach((process) => process.stop());

        const expected = all.filter(({ mine, visibleAt }) => mine && visibleAt > START + beginning);
        expect(told.toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
      }),
      { numRuns: 500 },
    );
  });
});

/** What a stream reads at its beginning, and once more, has been told. */
async function settled(): Promise<void> {
  for (let n = 0; n < 4; n += 1) await nextTurn();
}
