// The engines that tests need: those that the environment gives, or else those on the PATH, started for this run alone.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { RedisProcess } from './support/redis-process.ts';

const ANSWER_MS = 4_000;
const HOW = {
  redis:
    'Redis is missing: its tests are skipped. Install redis-server (apt-get install redis-server) or set REDIS_URL.',
  server:
    'redis-server is missing: tests that stop a Redis are skipped. Install it (apt-get install redis-server).',
  varnish:
    'varnishd is missing: tests behind a shared cache are skipped. Install it (apt-get install varnish).',
  chromium:
    'Chromium is missing: tests in a browser are skipped. Install it (apt-get install chromium), or set CHROMIUM to its path.',
  mongo:
    'MongoDB is missing: its tests are skipped. Set MONGODB_URI to a replica set (an empty server for tests), or put mongod on the PATH.',
};

let redis;
let replicaSet;
let door;

/** Sets REDIS_URL and what test/support/engines.ts reads. Ends the run when an engine is given but away, or required but missing. */
export async function startEngines() {
  const { REDIS_URL, MONGODB_URI, CHROMIUM, REQUIRE_ENGINES } = process.env;
  const [server, mongod, varnishd, chromium, ...away] = await Promise.all([
    onPath('redis-server'),
    onPath('mongod'),
    onPath('varnishd'),
    CHROMIUM || onPath('chromium'),
    REDIS_URL && reach('REDIS_URL', REDIS_URL),
    MONGODB_URI && reach('MONGODB_URI', MONGODB_URI),
  ]);
  const faults = away.filter(Boolean);
  const missing = [
    !server && (REDIS_URL ? HOW.server : HOW.redis),
    !mongod && !MONGODB_URI && HOW.mongo,
    !varnishd && HOW.varnish,
    !chromium && HOW.chromium,
  ].filter(Boolean);
  if (REQUIRE_ENGINES === '1') faults.push(...missing.map((line) => line.replace(/: [^.]* skipped\./, '.')));
  else for (const line of missing) process.stderr.write(`${line}\n`);
  if (faults.length > 0) {
    process.stderr.write(`${faults.join('\n')}\n`);
    process.exit(1);
  }

  if (server) process.env.ENGINES_REDIS_SERVER = 'yes';
  if (varnishd) process.env.ENGINES_VARNISHD = 'yes';
  if (chromium) process.env.CHROMIUM = chromium;
  if (!MONGODB_URI && mongod) process.env.ENGINES_MONGOD_PORT = await openDoor(mongod);
  if (!REDIS_URL && server) {
    redis = await RedisProcess.start();
    process.env.REDIS_URL = redis.url;
  }
}

/** Jest's globalTeardown. */
export default async function stopEngines() {
  door?.close();
  await redis?.stop();
  // That it did not start was told to those who asked.
  await replicaSet?.then(
    (started) => started.stop(),
    () => undefined,
  );
}

/** A replica set takes seconds to start. So it is started when the first test file asks for it, at a port of this process. */
async function openDoor(systemBinary) {
  door = createServer(async (socket) => {
    socket.on('error', (error) =>
      process.stderr.write(`A test asked for mongod and left: ${error.message}\n`),
    );
    try {
      replicaSet ??= startReplicaSet(systemBinary);
      socket.end((await replicaSet).getUri());
    } catch (error) {
      socket.end(error.message);
    }
  });
  await new Promise((resolve) => door.listen(0, '127.0.0.1', resolve));
  return String(door.address().port);
}

async function startReplicaSet(systemBinary) {
  // Any version will do.
  process.env.MONGOMS_SYSTEM_BINARY_VERSION_CHECK = 'false';
  const { MongoMemoryReplSet } = await import('mongodb-memory-server-core');
  const replSet = { count: 1, storageEngine: 'wiredTiger' };
  return MongoMemoryReplSet.create({ binary: { systemBinary }, replSet });
}

async function onPath(program) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, program);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

/** A line that says why none of the URL's hosts takes connections, or undefined when one does. */
async function reach(key, url) {
  // Which hosts these are, only DNS knows: the first test finds out.
  if (url.startsWith('mongodb+srv:')) return undefined;
  const hosts = /^[a-z]+:\/\/(?:.*@)?([^/?]+)/.exec(url)?.[1]?.split(',') ?? [];
  if (hosts.length === 0) return `${key} is not a URL with a host.`;
  const usual = key === 'REDIS_URL' ? 6379 : 27017;
  try {
    await Promise.any(hosts.map((host) => tryConnection(host, usual)));
    return undefined;
  } catch ({ errors }) {
    return `${key} is given, but nothing answers at ${hosts.join(', ')}: ${errors.map((error) => error.message || error.code).join(', ')}.`;
  }
}

async function tryConnection(host, usual) {
  const { hostname, port } = new URL(`tcp://${host}`);
  const socket = connect(Number(port || usual), hostname.replace(/^\[|\]$/g, ''));
  const late = setTimeout(() => socket.destroy(new Error(`not within ${ANSWER_MS / 1_000} s`)), ANSWER_MS);
  try {
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
}
