// Fails when openapi.json is not what the code says. Expects a build in dist.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = mkdtempSync(path.join(tmpdir(), 'posterr-openapi-'));
const file = path.join(folder, 'openapi.json');
execFileSync(process.execPath, ['dist/openapi.js', file], { stdio: 'inherit' });
const { status, stdout } = spawnSync(
  'git',
  ['diff', '--no-index', '--no-color', '-U1', 'openapi.json', file],
  {
    encoding: 'utf8',
  },
);
rmSync(folder, { recursive: true });
if (status !== 0) {
  const difference = stdout.split('\n').slice(4, 44).join('\n');
  process.stderr.write(
    `${difference}\nopenapi.json is not what the code says: run "npm run openapi", and commit it.\n`,
  );
  process.exit(1);
}
