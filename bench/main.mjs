// npm run bench: what Posterr costs, as ratios to bare programs measured in the same run. Writes bench/results.md.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import autocannon from 'autocannon';

const POSTS = Number(process.env.BENCH_POSTS ?? 300_000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const CONNECTIONS = 16;
const JSON_TYPE = { 'Content-Type': 'application/json' };
const TICK_US = 10_000;
/** As `npm start` does: what follows `exec node`. */
const START = JSON.parse(readFileSync('package.json', 'utf8')).scripts.start.split(' ').slice(2);

const folder = mkdtempSync(path.join(tmpdir(), 'posterr-bench-'));
const results = [];
const servers = [];

try {
  await main();
} finally {
  for (const server of servers) server.kill();
  rmSync(folder, { recursive: true });
}

async function main() {
  const env = {
    ...process.env,
    DATA_DIR: folder,
    PORT: '0',
    POSTS_PER_DAY: '0',
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'error',
  };
  console.error(`Writing ${POSTS} posts ...`);
  await run(['demo/main.ts', '--direct', '--posts', String(POSTS), '--users', '2000'], env);
  const started = performance.now();
  const posterr = await serve(START, env, /serves (http:\S+)\/v1/);
  note(
    'start to ready',
    `${cpuMs(posterr.pid)} ms of CPU, ${Math.round(performance.now() - started)} ms`,
    'under 1.5 s of CPU',
  );
  note('memory after the start', `${memoryMb(posterr.pid)} MB`, 'under 150 MB');

  const api = `${posterr.url}/v1`;
  const page = await (await fetch(`${api}/timelines/all`)).text();
  const reader = await register(api, 'Reader');
  const authors = (await (await fetch(`${api}/users?limit=100`)).json()).items.map(
    ({ username }) => username,
  );
  const more = (await (await fetch(`${api}/timelines/all?limit=100`)).json()).items.map(
    ({ author }) => author.username,
  );
  const followed = [...new Set([...more, ...authors])].filter((name) => name !== 'Reader').slice(0, 200);
  for (const name of followed) await fetch(`${api}/me/following/${name}`, { method: 'PUT', headers: reader });

  const bare = await serve(['bench/bare.mjs', page], env, /(http:\S+)/);
  const baseline = await load(bare, '/', {});
  note('bare node:http, the same bytes', describe(baseline), '-');
  compare('anonymous timelines/all, cached', await load(posterr, '/v1/timelines/all', {}), baseline, 0.6);
  const following = await load(posterr, '/v1/timelines/following', { headers: reader });
  compare(`timelines/following, ${followed.length} followed, ${POSTS} posts`, following, baseline, 0.25);
  note(
    'its p99 over its median',
    (following.latency.p99 / Math.max(following.latency.p50, 1)).toFixed(1),
    'under 10',
  );
  const body = JSON.stringify({ text: 'The engine weaves algebraic patterns.' });
  const publishing = await load(posterr, '/v1/posts', {
    method: 'POST',
    headers: { ...reader, ...JSON_TYPE },
    body,
  });
  const commits = bareCommits();
  note('bare loop of durable commits', `${Math.round(commits)} /s`, '-');
  note(
    'POST posts, durable',
    `${Math.round(publishing.requests.average)} /s: ${(publishing.requests.average / commits).toFixed(2)} of it`,
    'at least 0.5',
  );

  const table = [
    '| What | Measured | Target |',
    '|---|---|---|',
    ...results.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
  writeFileSync(
    'bench/results.md',
    `# Measured by \`npm run bench\`\n\n${machine}; load generator and server on the same machine, ${CONNECTIONS} connections, ${SECONDS} s each.\nRatios are of server CPU time a request.\n\n${table}\n`,
  );
  console.log(table);
}

function note(what, measured, target) {
  results.push([what, measured, target]);
  console.error(`${what}: ${measured}`);
}

function compare(what, measured, baseline, target) {
  note(
    what,
    `${describe(measured)}: ${(baseline.cpuUs / measured.cpuUs).toFixed(2)} of bare`,
    `at least ${target}`,
  );
}

function describe({ requests, cpuUs }) {
  return `${Math.round(requests.average)} /s, ${Math.round(cpuUs)} us of CPU each`;
}

/** Warm up, then measure: rate, latencies, and the CPU time of the server for each request. */
async function load({ url, pid }, at, options) {
  const target = { url: url + at, connections: CONNECTIONS, ...options };
  await autocannon({ ...target, duration: 3 });
  const before = cpuMs(pid);
  const result = await autocannon({ ...target, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${at}: ${result.non2xx} refused, ${result.errors} failed`);
  return { ...result, cpuUs: ((cpuMs(pid) - before) * 1_000) / result.requests.total };
}

/** Linux only: user and system time of a process. */
function cpuMs(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * TICK_US) / 1_000;
}

function memoryMb(pid) {
  if (!existsSync(`/proc/${pid}/status`)) return Number.NaN;
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024);
}

async function register(api, username) {
  const answer = await fetch(`${api}/auth/register`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ username, password: 'correct horse' }),
  });
  return { Authorization: `Bearer ${(await answer.json()).tokens.accessToken}` };
}

/** Commits of rows as large as posts, each durable by itself. */
function bareCommits() {
  const db = new DatabaseSync(path.join(folder, 'bare.db'));
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE posts (id BLOB PRIMARY KEY, text TEXT)',
  );
  const insert = db.prepare('INSERT INTO posts VALUES (randomblob(16), ?)');
  const end = performance.now() + 2_000;
  let count = 0;
  for (; performance.now() < end; count += 1) insert.run('The engine weaves algebraic patterns.');
  db.close();
  return count / 2;
}

async function run(args, env) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
}

async function serve(args, env, ready) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(child);
  for await (const chunk of child.stdout) {
    const url = ready.exec(String(chunk))?.[1];
    if (url) {
      child.stdout.resume();
      await setTimeout(200);
      return { url, pid: child.pid };
    }
  }
  throw new Error(`${args[0]} did not start`);
}
