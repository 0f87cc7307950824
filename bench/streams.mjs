// node bench/streams.mjs [streams]: memory for each open stream, and how long a post takes to reach them all. Needs a build.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

const STREAMS = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 100;
const LONGEST_WAIT = 60_000;

const folder = mkdtempSync(path.join(tmpdir(), 'posterr-streams-'));
const server = spawn(process.execPath, ['dist/main.js'], {
  env: {
    ...process.env,
    DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'error',
    POSTS_PER_DAY: '0',
    RATE_LIMIT_PER_MINUTE: '0',
    STREAMS_PER_CLIENT: '0',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const sockets = [];
try {
  await main();
} finally {
  for (const socket of sockets) socket.destroy();
  server.kill();
  rmSync(folder, { recursive: true });
}

async function main() {
  const base = await new Promise((resolve, reject) => {
    server.stdout.on('data', (chunk) => {
      const url = /serves (http:\S+)\/v1/.exec(String(chunk))?.[1];
      if (url) resolve(url);
    });
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}.`)));
  });
  const [reader, author] = [await register(base, 'Reader'), await register(base, 'Author')];
  await fetch(`${base}/v1/me/following/author`, { method: 'PUT', headers: reader });
  for (const [name, target, headers] of [
    ['public', '/v1/streams/public', {}],
    ['home (of one reader)', '/v1/stream', reader],
  ]) {
    await setTimeout(2_000);
    const before = memoryKb();
    let told = 0;
    for (let n = 0; n < STREAMS; n += AT_ONCE) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, () => open(base, target, headers, () => (told += 1))),
      );
    }
    await setTimeout(3_000);
    const each = (memoryKb() - before) / STREAMS;
    const start = performance.now();
    await fetch(`${base}/v1/posts`, {
      method: 'POST',
      headers: { ...author, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'to all' }),
    });
    while (told < STREAMS && performance.now() - start < LONGEST_WAIT) await setTimeout(5);
    const took = Math.round(performance.now() - start);
    console.log(
      `${STREAMS} ${name} streams: ${each.toFixed(1)} KiB each; a post reached ${told} in ${took} ms`,
    );
    for (const socket of sockets.splice(0)) socket.destroy();
  }
}

/** Ends when the stream has begun; `tell` is called when it brings a post. */
function open(base, target, headers, tell) {
  const { hostname, port, host } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
    socket.on('data', (chunk) => {
      const text = String(chunk);
      if (text.includes('retry: ')) resolve();
      if (text.includes('event: post')) tell();
    });
    socket.once('error', reject);
  });
}

async function register(base, username) {
  const answer = await fetch(`${base}/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: 'correct horse' }),
  });
  return { authorization: `Bearer ${(await answer.json()).tokens.accessToken}` };
}

function memoryKb() {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]);
}
