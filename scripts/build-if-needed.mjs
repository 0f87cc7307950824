// Builds when there is no build, or when something that goes into it is newer. Run by "npm start".
import { execFileSync } from 'node:child_process';
// By its default export: an older Node has no globSync, and would fail on its name before the check below.
import fs from 'node:fs';

if (Number.parseInt(process.versions.node, 10) < 26) {
  process.stderr.write(
    `Posterr needs Node 26, and this is ${process.versions.node}. "npm ci" brings it along, unless optional dependencies are left out.\n`,
  );
  process.exit(1);
}

// Folders count too: their time tells of files that were taken away.
const SOURCES = ['src', 'src/**', 'package-lock.json', 'nest-cli.json', 'tsconfig*.json'];
const built = fs.existsSync('dist/main.js') ? fs.statSync('dist/main.js').mtimeMs : 0;
const newest = Math.max(...fs.globSync(SOURCES).map((file) => fs.statSync(file).mtimeMs));

if (newest > built) {
  process.stderr.write('Building Posterr; this takes some seconds ...\n');
  execFileSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], { stdio: 'inherit' });
}
