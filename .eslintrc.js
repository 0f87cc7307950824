// ESLint 10 reads flat configurations from eslint.config.js, which re-exports this file.
import prettier from 'eslint-config-prettier';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const MODULES = ['accounts', 'follows', 'notifications', 'posts', 'search', 'timelines', 'users'];
const DRIVERS = {
  sqlite: ['node:sqlite'],
  mongo: ['mongoose', 'mongodb', '@nestjs/mongoose'],
  redis: ['redis', '@redis/*', '@keyv/redis', 'ioredis'],
  kafka: ['kafkajs', '@confluentinc/*'],
  elasticsearch: ['@elastic/*', '@opensearch-project/*'],
};
const PURE = ['src/shared/**/*.ts', 'src/modules/*/domain/**/*.ts'];
const APPLICATION = ['src/modules/*/use-cases/**/*.ts', 'src/modules/*/*.ports.ts'];
const SPECS = ['**/*.spec.ts', 'test/**/*.ts', 'demo/**/*.ts'];

const allDrivers = Object.values(DRIVERS).flat();
const drivers = (except) =>
  Object.entries(DRIVERS)
    .filter(([technology]) => technology !== except)
    .flatMap(([, names]) => names);
const noDrivers = (names) => ({
  group: names,
  message: 'Drivers are seen only by the adapters of their own folder.',
});
const NO_PACKAGE = {
  regex: '^(?!\\.)',
  message: 'The core is pure: no package, nothing of Node.',
};
const NEST_COMMON_ONLY = {
  regex: '^(?!\\.|@nestjs/common$|lru-cache$)',
  message:
    'Use cases and ports see ports, domains, the kernel, and the decorators of @nestjs/common (and lru-cache, a plain data structure).',
};
const imports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

/** Walls between folders: what lies in `target` may not import what lies in `from`, but for `except`. */
const walls = [
  {
    target: './src/shared/**/*',
    from: './src/!(shared)/**/*',
    message: 'The kernel depends on nothing.',
  },
  {
    target: './src/modules/**/*',
    from: './src/adapters/**/*',
    message: 'Modules see ports, never adapters.',
  },
  { target: './src/http/**/*', from: './src/adapters/**/*', message: 'HTTP sees ports, never adapters.' },
  {
    target: './src/events/**/*',
    from: './src/adapters/**/*',
    message: 'The relay sees ports, never adapters.',
  },
  {
    target: './src/modules/*/{use-cases,domain}/**/*',
    from: './src/http/**/*',
    message: 'The application knows nothing of HTTP.',
  },
  { target: './src/modules/*/*.ports.ts', from: './src/http/**/*', message: 'Ports know nothing of HTTP.' },
  { target: './src/adapters/**/*', from: './src/http/**/*', message: 'Adapters know nothing of HTTP.' },
  {
    target: './src/adapters/**/*',
    from: './src/modules/*/*.{controller,dto,module}.ts',
    message: 'Adapters know ports and domains only.',
  },
  ...MODULES.map((name) => ({
    target: `./src/modules/${name}/domain/**/*`,
    from: [
      './src/modules/!(' + name + ')/**/*',
      `./src/modules/${name}/*`,
      `./src/modules/${name}/use-cases/**/*`,
    ],
    message: 'A domain sees itself and the kernel.',
  })),
  ...MODULES.map((name) => ({
    target: `./src/modules/${name}/**/*`,
    from: [`./src/modules/!(${name})/!(*.public.ts)`, `./src/modules/!(${name})/*/**/*`],
    message: 'Modules see of each other what *.public.ts exports.',
  })),
  {
    target: './src/{http,events}/**/*',
    from: ['./src/modules/*/!(*.public.ts)', './src/modules/*/*/**/*'],
    message: 'Modules show what *.public.ts exports.',
  },
  ...Object.keys(DRIVERS).map((technology) => ({
    target: `./src/adapters/${technology}/**/*`,
    from: `./src/adapters/!(${technology}|system)/**/*`,
    message: 'An adapter knows no other technology.',
  })),
];

const syntax = (...rules) => ({
  'no-restricted-syntax': ['error', ...rules.map(([selector, message]) => ({ selector, message }))],
});
const NO_FORWARD_REF = ["CallExpression[callee.name='forwardRef']", 'No circles: move what both need.'];
const NO_CLOCK = [
  "CallExpression[callee.object.name='Date'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
  'Time comes in through the Clock port.',
];
const NO_CHANCE = [
  "CallExpression[callee.object.name='Math'][callee.property.name='random']",
  'Randomness comes in through ports, or from node:crypto at the edge.',
];
const NO_ENVIRONMENT = [
  "MemberExpression[object.name='process'][property.name='env']",
  'Only the configuration reads the environment.',
];

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
  { ignores: ['dist', 'coverage', 'data', 'node_modules'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'import-x': importX, posterr: kebabCase },
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
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { zones: walls }],
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
      ...imports(noDrivers(allDrivers)),
      ...syntax(NO_FORWARD_REF, NO_CLOCK, NO_CHANCE, NO_ENVIRONMENT),
    },
  },
  { files: PURE, rules: imports(NO_PACKAGE) },
  { files: APPLICATION, rules: imports(NEST_COMMON_ONLY) },
  ...Object.keys(DRIVERS).map((technology) => ({
    files: [`src/adapters/${technology}/**/*.ts`],
    rules: imports(noDrivers(drivers(technology))),
  })),
  { files: ['src/adapters/system/**/*.ts'], rules: syntax(NO_FORWARD_REF, NO_ENVIRONMENT) },
  { files: ['src/start.ts'], rules: syntax(NO_FORWARD_REF, NO_CLOCK, NO_CHANCE) },
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
      ...imports(),
      ...syntax(NO_FORWARD_REF),
    },
  },
  prettier,
);
