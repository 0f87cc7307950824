// Fails when openapi.json breaks clients of the released document, or changes it without a word in docs/api-changelog.md.
// Expects Go: oasdiff, the differ, is built by it once.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const OASDIFF = 'github.com/oasdiff/oasdiff@v1.36.0';
const RELEASED = path.join(import.meta.dirname, 'released.json');
const DOCUMENT = path.join(import.meta.dirname, '..', 'openapi.json');
const CHANGELOG = path.join(import.meta.dirname, '..', 'docs', 'api-changelog.md');
/** As promised in the document under "Versions and deprecation". */
const DEPRECATION_DAYS = 365;

/** Where Posterr sees it otherwise than oasdiff. */
const SEVERITIES = {
  // Enumerations in answers may grow, and the document tells clients so.
  'response-property-enum-value-added': 'info',
  // Bodies with unknown fields are refused, so a field that goes away breaks those who send it.
  'request-property-removed': 'err',
  // A filter that is ignored gives answers that nobody asked for.
  'request-parameter-removed': 'err',
  // Programs read them, though none is promised on every answer.
  'response-optional-property-removed': 'err',
  'optional-response-header-removed': 'err',
  // Methods of generated clients are called by it.
  'api-operation-id-removed': 'err',
};

/** All changes from one document to another, those that break clients first. */
export function changesBetween(released, document) {
  const folder = mkdtempSync(path.join(tmpdir(), 'posterr-changes-'));
  const severities = path.join(folder, 'severities.txt');
  const lines = Object.entries(SEVERITIES).map(([check, severity]) => `${check} ${severity}\n`);
  writeFileSync(severities, lines.join(''));
  const options = ['--format', 'json', '--severity-levels', severities];
  options.push('--deprecation-days-stable', String(DEPRECATION_DAYS));
  const { error, status, stdout, stderr } = spawnSync(
    'go',
    ['run', OASDIFF, 'changelog', ...options, released, document],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  rmSync(folder, { recursive: true });
  if (error?.code === 'ENOENT')
    throw new Error('This needs Go 1.24 or newer on the PATH (https://go.dev/dl).');
  if (error || status !== 0) throw error ?? new Error(`oasdiff failed:\n${stderr}`);
  return stdout.trim() === '' ? [] : JSON.parse(stdout).toSorted((a, b) => b.level - a.level);
}

const BREAKS = 3;
export const breaking = (changes) => changes.filter(({ level }) => level === BREAKS);

/** What "Unreleased" must name, between backticks: the operation that came or went, else the field, value or parameter. */
export function unmentioned(changes, changelog) {
  const unreleased = /^## Unreleased\n(.*?)(?=^## |(?![^]))/ms.exec(changelog)?.[1] ?? '';
  const subjects = new Set(changes.map(subjectOf));
  return [...subjects].filter((subject) => !unreleased.includes(`\`${subject}\``));
}

const PLACES = new Set(['query', 'path', 'header', 'cookie']);

function subjectOf({ id, text, operation, path: route }) {
  const named = [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name).find((name) => !PLACES.has(name));
  if (named === undefined || /^(endpoint|api)-/.test(id)) return `${operation} ${route}`;
  return named.split('/').filter(Boolean).at(-1);
}

const told = ({ operation, path: route, text }) => `  ${operation ?? ''} ${route ?? ''}: ${text}`;

function check() {
  const changes = changesBetween(RELEASED, DOCUMENT);
  const broken = breaking(changes);
  if (broken.length > 0) {
    process.stderr.write(
      `openapi.json breaks clients of the released document:\n${broken.map(told).join('\n')}\n`,
    );
    return 1;
  }
  const missing = unmentioned(changes, readFileSync(CHANGELOG, 'utf8'));
  if (missing.length > 0) {
    const names = missing.map((name) => `  \`${name}\``).join('\n');
    process.stderr.write(
      `${changes.map(told).join('\n')}\n"Unreleased" in docs/api-changelog.md must name:\n${names}\n`,
    );
    return 1;
  }
  process.stdout.write(`${changes.length} changes since the release, none of which breaks a client\n`);
  return 0;
}

if (import.meta.main) process.exitCode = check();
