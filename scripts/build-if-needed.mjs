// Builds when there is no build, or when something that goes into it is newer. Run by "npm start".
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';

const SOURCES = ['src/**/*.ts', 'package-lock.json', 'nest-cli.json', 'tsconfig*.json'];
const built = existsSync('dist/main.js') ? statSync('dist/main.js').mtimeMs : 0;
const newest = Math.max(...globSync(SOURCES).map((file) => statSync(file).mtimeMs));

if (newest > built) {
  process.stderr.write('Building Posterr; this takes some seconds ...\n');
  execFileSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], { stdio: 'inherit' });
}
