// Makes, compiles and tries the clients that others generate from openapi.json, each against the same Posterr.
// Expects a build in dist. A client whose tools are missing is left out; with REQUIRE_ENGINES=1 that fails.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startPosterr } from '../../scripts/start-posterr.mjs';
import { CLIENTS, JAR, MADE } from './clients.mjs';

const run = promisify(execFile);
const LONGEST_STEP_MS = 300_000;

const isThere = (program) => spawnSync('which', [program], { stdio: 'ignore' }).status === 0;

/** Answers what the step printed. */
async function step([program, ...options], folder, baseUrl) {
  try {
    const cwd = path.join(import.meta.dirname, folder);
    const { NODE_OPTIONS, ...inherited } = process.env;
    const env = { ...inherited, BASE_URL: baseUrl };
    const { stdout } = await run(program, options, {
      cwd,
      env,
      timeout: LONGEST_STEP_MS,
      maxBuffer: 2 ** 26,
    });
    return stdout;
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.slice(-4_000);
    throw new Error(`${program} ${options.join(' ')}: ${error.message.split('\n')[0]}\n${said}`, {
      cause: error,
    });
  }
}

async function tryClient({ folder, needs = [], steps }, baseUrl) {
  const missing = needs.filter((program) => !isThere(program));
  if (missing.length > 0) {
    const required = process.env['REQUIRE_ENGINES'] === '1';
    if (required) process.exitCode = 1;
    console.log(`${folder}: ${required ? 'not tried' : 'left out'}, for want of ${missing.join(', ')}`);
    return;
  }
  const from = performance.now();
  try {
    let said = '';
    for (const one of steps) said = await step(one, folder, baseUrl);
    const [result] = /^\d+ posts, and then: .*$/m.exec(said) ?? [];
    if (result === undefined) throw new Error(`It did not say how it went: ${said}`);
    console.log(`${folder}: ${result} (${((performance.now() - from) / 1_000).toFixed(0)} s)`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`${folder}: ${error.message}`);
  }
}

rmSync(MADE, { recursive: true, force: true });
mkdirSync(MADE, { recursive: true });
const data = mkdtempSync(path.join(tmpdir(), 'posterr-clients-'));
const { server, baseUrl } = await startPosterr(data, { POSTS_PER_DAY: '0', RATE_LIMIT_PER_MINUTE: '0' });
try {
  if (JAR.needs.every(isThere)) await step(JAR.step, '.', baseUrl);
  // Two at a time: most of it is waiting for downloads and compilers.
  const waiting = [...CLIENTS];
  const next = async () => {
    for (let client = waiting.shift(); client; client = waiting.shift()) await tryClient(client, baseUrl);
  };
  await Promise.all([next(), next()]);
} finally {
  server.kill('SIGTERM');
  rmSync(data, { recursive: true, force: true });
}
