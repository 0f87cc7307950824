// Fails when openapi.json breaks clients of the released document, or changes it without a word in docs/api-changelog.md.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const here = (...steps) => path.join(import.meta.dirname, ...steps);
const RELEASED = here('released.json');
const DOCUMENT = here('..', 'openapi.json');
const CHANGELOG = here('..', 'docs', 'api-changelog.md');

/** What only explains can change without a word. */
const WORDS = new Set(['description', 'summary', 'example', 'examples', 'title']);
const EXPLANATIONS = new Set(['Info', 'Contact', 'License', 'Tag', 'Example', 'Link']);

/** All changes from one document to another, as Redocly rates them; each stands once, however many operations it is in. */
export function changesBetween(released, document) {
  const options = ['--config', here('redocly.yaml'), '--format', 'json', '--fail-on', 'none'];
  const report = execFileSync(
    here('node_modules', '.bin', 'redocly'),
    ['diff', ...options, released, document],
    {
      encoding: 'utf8',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return JSON.parse(report).changes;
}

export const breaking = (changes) => changes.filter(({ impact }) => impact === 'major');

/** What "Unreleased" must name, between backticks. */
export function unmentioned(changes, changelog) {
  const unreleased = /^## Unreleased\n(.*?)(?=^## |(?![^]))/ms.exec(changelog)?.[1] ?? '';
  const subjects = new Set(changes.flatMap(subjectsOf));
  return [...subjects].filter((subject) => !unreleased.includes(`\`${subject}\``));
}

/** The values, field, parameter or operations that a change is about; else the name of the component. */
function subjectsOf({ path: place, typeName, property, base, revision }) {
  if (WORDS.has(property) || EXPLANATIONS.has(typeName)) return [];
  const { pointer = place, value } = revision ?? base ?? {};
  const steps = pointer.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const [, section, first, second] = steps;
  if (property === 'enum') return value.filter((name) => !base?.value?.includes(name));
  const field = steps.lastIndexOf('properties') + 1;
  if (field > 0) return [steps[field]];
  if (section !== 'paths') return [second ?? first ?? section];
  if (typeName === 'Parameter' && value?.name) return [value.name];
  const methods = second === undefined ? Object.keys(value) : [second];
  return methods.map((method) => `${method.toUpperCase()} ${first}`);
}

const told = ({ path: place, kind, property, verdicts }) =>
  `  ${verdicts[0]?.message ?? `${kind}: ${property ?? ''}`} (${place})`;

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
      `"Unreleased" in docs/api-changelog.md must name what is new in openapi.json:\n${names}\n`,
    );
    return 1;
  }
  process.stdout.write(`${changes.length} changes since the release, none of which breaks a client\n`);
  return 0;
}

if (import.meta.main) process.exitCode = check();
