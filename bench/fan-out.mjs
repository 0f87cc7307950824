// Fan-out of one post to the home timelines of 100,000 readers, beside a bare pipelined client that sends the plain
// commands of the same work into the same Redis. `REDIS_URL=redis://... node bench/fan-out.mjs [readers] [ids in a list before]`, after a build. The Redis
// must be its own: it is emptied afterwards.
import net from 'node:net';
import { RedisFanOut } from '../dist/adapters/redis/fan-out.js';
import { HomeTimelines } from '../dist/adapters/redis/home-timelines.js';
import { RedisConnection } from '../dist/adapters/redis/redis-connection.js';

const READERS = Number(process.argv[2] ?? 100_000);
const FILLED = Number(process.argv[3] ?? 20);
const LENGTH = 800;
const ROUNDS = 5;
const TARGET = 0.5;
const url = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
const prefix = `bench${Date.now()}:`;
const id = (n) => {
  const tail = (Math.imul(n + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  return `${(0x019b0000 + Math.floor(n / 65_536)).toString(16).padStart(8, '0')}-${(n % 65_536).toString(16).padStart(4, '0')}-7000-8000-0000${tail}`;
};
const author = id(0);
const readers = Array.from({ length: READERS }, (_, n) => id(n + 1));
const places = new Map(readers.map((reader, n) => [reader, n]));
let made = 1_000_000;

/** Raw RESP over a socket; resolves when all commands are answered. */
class Bare {
  constructor(socket) {
    this.socket = socket;
    this.text = '';
    socket.on('data', (chunk) => this.read(chunk));
  }

  static connect() {
    return new Promise((resolve, reject) => {
      const socket = net.connect(Number(url.port || 6379), url.hostname, () => resolve(new Bare(socket)));
      socket.once('error', reject);
    });
  }

  /** `batches` is an iterable of RESP texts and how many answers each has; at most three are on their way. */
  async run(batches) {
    for (const [text, answers] of batches) {
      this.expected = (this.expected ?? 0) + answers;
      this.socket.write(text);
      if (this.expected > 3 * answers) await this.atMost(2 * answers);
    }
    await this.atMost(0);
  }

  atMost(count) {
    if (this.expected <= count) return undefined;
    return new Promise((resolve) => (this.wait = { count, resolve }));
  }

  read(chunk) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) this.expected -= 1;
    if (chunk.includes('-ERR')) throw new Error(chunk.toString());
    if (this.wait && this.expected <= this.wait.count) this.wait.resolve(delete this.wait);
  }
}

const resp = (...words) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

/** One ZADD, one ZREMRANGEBYRANK and the mark for each reader. */
function* plainCommands(postId) {
  for (let start = 0; start < READERS; start += 500) {
    const some = readers.slice(start, start + 500);
    let text = '';
    for (const reader of some) {
      const key = `${prefix}bare:${reader}`;
      text += resp('ZADD', key, '0', postId);
      text += resp('ZREMRANGEBYRANK', key, '0', String(-LENGTH - 1));
      text += resp('HSET', `${key}:state`, 'from', postId);
    }
    yield [text, 3 * some.length];
  }
}

async function timed(work) {
  const start = performance.now();
  await work();
  return (1_000 * READERS) / (performance.now() - start);
}

const connection = new RedisConnection({ urls: [url.href], timeoutMs: 1_000, tracking: false });
connection.start();
for (
  let n = 0;
  n < 100 &&
  !(await connection.check().then(
    () => true,
    () => false,
  ));
  n += 1
)
  await new Promise((resolve) => setTimeout(resolve, 20));
const lists = new HomeTimelines(connection, { prefix, length: LENGTH });
const follows = {
  followersOf: async (_, { before, limit }) => {
    const end = places.get(before) ?? READERS;
    return readers
      .slice(Math.max(0, end - limit), end)
      .reverse()
      .map((userId) => ({ id: userId, userId }));
  },
};
const fanOut = new RedisFanOut(lists, follows, { find: async () => ({}) }, READERS);
const bare = await Bare.connect();

// Every reader was here lately: there is a list of each, with some posts in it.
await lists.advance(Date.now());
const { moment } = await lists.moment(author);
const epochs = new Map(moment.map(({ epoch }, bucket) => [bucket, epoch]));
const old = Array.from({ length: FILLED }, () => id((made += 1)));
for (let start = 0; start < READERS; start += 50)
  await Promise.all(
    readers.slice(start, start + 50).map(async (userId) => {
      const of = { kind: 'home', userId };
      const making = await lists.begin(of, epochs.get(Number.parseInt(userId.slice(-2), 16) % epochs.size));
      await lists.publish(of, making, old, []);
    }),
  );
await bare.run(
  (function* () {
    for (const reader of readers)
      yield [resp('ZADD', `${prefix}bare:${reader}`, ...old.flatMap((postId) => ['0', postId])), 1];
  })(),
);

const rates = { posterr: [], bare: [] };
for (let round = 0; round < ROUNDS; round += 1) {
  rates.bare.push(await timed(() => bare.run(plainCommands(id((made += 1))))));
  rates.posterr.push(await timed(() => fanOut.push({ id: id((made += 1)), authorId: author })));
}
const [reading] = await lists.read([{ kind: 'home', userId: readers[7] }], {
  from: old[0],
  before: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  newestFirst: true,
  limit: 100,
});
if (reading.ids[0] !== id(made)) throw new Error('The posts did not arrive.');

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ratio = median(rates.posterr) / median(rates.bare);
console.log(`A bare pipelined client: ${Math.round(median(rates.bare))} readers a second.`);
console.log(`Fan-out:                 ${Math.round(median(rates.posterr))} readers a second.`);
console.log(`${ratio.toFixed(2)} of the bare client's rate; the target is ${TARGET}.`);

const flushed = await connection.run((send) => send('', 'FLUSHDB', 'ASYNC'));
if (flushed !== 'OK') throw new Error('Redis was not emptied.');
connection.close();
bare.socket.destroy();
process.exitCode = ratio >= TARGET ? 0 : 1;
