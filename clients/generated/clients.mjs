import path from 'node:path';

const FOLDER = import.meta.dirname;
const DOCUMENT = path.join(FOLDER, '../../openapi.json');
/** Where everything goes that is made here. */
export const MADE = path.join(FOLDER, 'made');
const VERSION = '7.25.0';
const GENERATOR = `org.openapitools:openapi-generator-cli:${VERSION}`;

const made = (...names) => path.join(MADE, ...names);
const script = (name, ...options) => [
  process.execPath,
  path.join(FOLDER, 'node_modules/.bin', name),
  ...options,
];
const generator = (language, ...options) => [
  'java',
  ...['-jar', made(`openapi-generator-cli-${VERSION}.jar`), 'generate', '-i', DOCUMENT, '-g', language],
  ...['-o', made(language), '--package-name', 'posterr', ...options],
];
/** Maven makes and compiles, as each pom.xml says, and tries. */
const maven = { needs: ['java', 'mvn'], steps: [['mvn', '-B', '-q', 'compile', 'exec:java']] };

/** What OpenAPI Generator comes in. */
export const JAR = {
  needs: ['mvn'],
  step: ['mvn', '-B', '-q', 'dependency:copy', `-Dartifact=${GENERATOR}`, `-DoutputDirectory=${MADE}`],
};

/**
 * How each client is made, compiled and, as the last step, tried. Steps run in its folder.
 */
export const CLIENTS = [
  {
    folder: 'openapi-typescript',
    steps: [
      script('openapi-typescript', DOCUMENT, '-o', made('openapi-typescript/posterr.ts')),
      script('tsc', '-p', '.'),
      [process.execPath, made('js/openapi-typescript/try.js')],
    ],
  },
  {
    folder: 'hey-api',
    steps: [
      script('openapi-ts', '-i', DOCUMENT, '-o', made('hey-api'), '-c', '@hey-api/client-fetch'),
      script('tsc', '-p', '.'),
      [process.execPath, made('js/hey-api/try.js')],
    ],
  },
  {
    folder: 'python',
    needs: ['java', 'mvn', 'python3'],
    steps: [
      generator('python'),
      ['python3', '-m', 'venv', made('venv')],
      [made('venv/bin/pip'), 'install', '--quiet', '--disable-pip-version-check', made('python')],
      [made('venv/bin/python'), 'try.py'],
    ],
  },
  {
    folder: 'go',
    needs: ['java', 'mvn', 'go'],
    steps: [
      // Without the prefix, two enumerations have a constant of the same name.
      generator('go', ...'--git-user-id posterr --git-repo-id posterr-go -p enumClassPrefix=true'.split(' ')),
      ['go', 'vet', './...'],
      ['go', 'run', '.'],
    ],
  },
  { folder: 'java', ...maven },
  { folder: 'kotlin', ...maven },
];
