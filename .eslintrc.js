// ESLint 10 reads flat configurations from eslint.config.js, which re-exports this file.
import prettier from 'eslint-config-prettier';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { boundaries } from './eslint/boundaries.js';
import { disabledWithReason } from './eslint/disabled-with-reason.js';

const SPECS = ['**/*.spec.ts', 'test/**/*.ts', 'demo/**/*.ts', 'conformance/**/*.ts'];

const syntax = (...rules) => ({
  'no-restricted-syntax': ['error', ...rules.map(([selector, message]) => ({ selector, message }))],
});
/** `name` itself, or the same of globalThis. */
const ofGlobal = (name) =>
  `MemberExpression:matches([object.name='${name}'], [object.property.name='${name}'])`;
const NO_FORWARD_REF = [
  "ImportSpecifier[imported.name='forwardRef'], MemberExpression[property.name='forwardRef']",
  'No circles: move what both need.',
];
const NO_CLOCK = [
  `${ofGlobal('Date')}[property.name='now'], :matches(CallExpression, NewExpression)[callee.name='Date'][arguments.length=0]`,
  'Time comes in through the Clock port.',
];
const NO_CHANCE = [
  `${ofGlobal('Math')}[property.name='random']`,
  'Randomness comes in through ports, or from node:crypto at the edge.',
];
const RANDOM = '/^(random|getRandomValues|webcrypto)/';
const NO_SECRET_CHANCE = [
  `ImportDeclaration[source.value=/^(node:)?crypto$/] ImportSpecifier[imported.name=${RANDOM}], MemberExpression[object.name='crypto'][property.name=${RANDOM}]`,
  'Randomness comes in through ports.',
];
const NO_ENVIRONMENT = [
  `${ofGlobal('process')}:matches([property.name='env'], [property.value='env']), VariableDeclarator[init.name='process'] Property[key.name='env'], ImportDeclaration[source.value=/^(node:)?process$/]`,
  'Only the configuration reads the environment.',
];

const NO_MARKUP = [
  'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|write|srcdoc)$/]',
  'Text is never markup: make elements with h() of dom.js.',
];

/** What examples/web takes from browsers. */
const BROWSER =
  'AbortController BroadcastChannel CustomEvent Event EventTarget FormData HTMLElement Headers IntersectionObserver Intl TextDecoderStream URL URLSearchParams addEventListener clearTimeout crypto customElements dispatchEvent document fetch getSelection history indexedDB location navigator performance removeEventListener scrollTo scrollY setTimeout'.split(
    ' ',
  );

const kebabCase = {
  rules: {
    'kebab-case': {
      meta: { type: 'problem', schema: [] },
      create: (context) => ({
        Program(node) {
          const name = context.filename.split('/').at(-1) ?? '';
          if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.ts$/.test(name) || /^index\.ts$/.test(name)) {
            context.report({ node, message: 'Files are named in kebab-case, and none is an index.' });
          }
        },
      }),
    },
  },
};

export default tseslint.config(
  // The clients have checks of their own, which generate their types first.
  { ignores: ['dist', 'coverage', 'data', 'node_modules', 'clients'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: {
      'import-x': importX,
      posterr: { rules: { ...kebabCase.rules, boundaries, 'disabled-with-reason': disabledWithReason } },
    },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.json' })],
    },
    rules: {
      'max-lines': ['error', { max: 250, skipComments: true }],
      'no-console': 'error',
      'posterr/kebab-case': 'error',
      'posterr/disabled-with-reason': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Classes of Nest have decorators instead of members.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allow: ['URLSearchParams'] },
      ],
      // A port is asynchronous also where its adapter is not.
      '@typescript-eslint/require-await': 'off',
      // What the type system cannot know of data from outside is checked where it comes in.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Views are plain objects in the shape of their DTO classes: instances would cost, and have no behaviour.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      ...syntax(NO_FORWARD_REF, NO_CLOCK, NO_CHANCE, NO_ENVIRONMENT),
    },
  },
  {
    files: ['examples/web/**/*.js'],
    languageOptions: { globals: Object.fromEntries(BROWSER.map((name) => [name, 'readonly'])) },
    rules: {
      'max-lines': ['error', { max: 250, skipComments: true }],
      'no-undef': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'prefer-const': 'error',
      'no-var': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      ...syntax(NO_MARKUP),
    },
  },
  { files: ['src/**/*.ts'], ignores: SPECS, rules: { 'posterr/boundaries': 'error' } },
  {
    files: ['src/{shared,modules,events}/**/*.ts'],
    // A secret that a test could foresee through a port, others could foresee as well.
    ignores: ['src/modules/accounts/refresh-token.ts'],
    rules: syntax(NO_FORWARD_REF, NO_CLOCK, NO_CHANCE, NO_SECRET_CHANCE, NO_ENVIRONMENT),
  },
  { files: ['src/adapters/system/**/*.ts'], rules: syntax(NO_FORWARD_REF, NO_ENVIRONMENT) },
  { files: ['src/start.ts', 'src/migrate.ts'], rules: syntax(NO_FORWARD_REF, NO_CLOCK, NO_CHANCE) },
  {
    files: SPECS,
    rules: {
      'max-lines': ['error', { max: 400, skipComments: true }],
      // expect.any() and the like are any, and so is what hooks of Jest return.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
      ...syntax(NO_FORWARD_REF),
    },
  },
  prettier,
);
