import { ESLint } from 'eslint';

interface Planted {
  readonly what: string;
  /** Where the snippet would lie. */
  readonly file: string;
  readonly bad: string;
  readonly good: string;
  readonly rule: string;
}

const USE_CASE = 'src/modules/posts/use-cases/publish-post.ts';
const CONTROLLER = 'src/modules/posts/posts.controller.ts';
const imports = (path: string, name = 'x'): string =>
  `import { ${name} } from '${path}';\nexport const y = ${name};\n`;
const WALL = 'import-x/no-restricted-paths';
const PACKAGE = 'no-restricted-imports';
const SYNTAX = 'no-restricted-syntax';

const PLANTED: Planted[] = [
  {
    what: 'the kernel imports a package',
    file: 'src/shared/page.ts',
    bad: imports('rxjs'),
    good: imports('./ids.js'),
    rule: PACKAGE,
  },
  {
    what: 'the kernel imports from Node',
    file: 'src/shared/ids.ts',
    bad: imports('node:crypto'),
    good: imports('./clock.js'),
    rule: PACKAGE,
  },
  {
    what: 'the kernel imports a module',
    file: 'src/shared/page.ts',
    bad: imports('../modules/users/users.public.js'),
    good: imports('./ids.js'),
    rule: WALL,
  },
  {
    what: 'a domain imports a package',
    file: 'src/modules/posts/domain/post.ts',
    bad: imports('@nestjs/common'),
    good: imports('../../../shared/ids.js'),
    rule: PACKAGE,
  },
  {
    what: 'a domain imports another module',
    file: 'src/modules/posts/domain/post.ts',
    bad: imports('../../users/users.public.js'),
    good: imports('./mentions.js'),
    rule: WALL,
  },
  {
    what: 'a domain imports its own ports',
    file: 'src/modules/posts/domain/post.ts',
    bad: imports('../posts.ports.js'),
    good: imports('./policies/posting-policy.js'),
    rule: WALL,
  },
  {
    what: 'a use case imports a package',
    file: USE_CASE,
    bad: imports('fastify'),
    good: imports('@nestjs/common'),
    rule: PACKAGE,
  },
  {
    what: 'a use case imports HTTP',
    file: USE_CASE,
    bad: imports('../../../http/http-errors.js'),
    good: imports('../posts.ports.js'),
    rule: WALL,
  },
  {
    what: 'a use case imports an adapter',
    file: USE_CASE,
    bad: imports('../../../adapters/system/system-clock.js'),
    good: imports('../../../shared/clock.js'),
    rule: WALL,
  },
  {
    what: 'a port imports HTTP',
    file: 'src/modules/posts/posts.ports.ts',
    bad: imports('../../http/http-errors.js'),
    good: imports('./domain/post.js'),
    rule: WALL,
  },
  {
    what: 'a module looks into another one',
    file: CONTROLLER,
    bad: imports('../users/users.ports.js'),
    good: imports('../users/users.public.js'),
    rule: WALL,
  },
  {
    what: 'a module looks into the use cases of another one',
    file: CONTROLLER,
    bad: imports('../users/use-cases/list-users.js'),
    good: imports('./use-cases/publish-post.js'),
    rule: WALL,
  },
  {
    what: 'a controller imports an adapter',
    file: CONTROLLER,
    bad: imports('../../adapters/sqlite/sqlite-database.js'),
    good: imports('../../http/http-errors.js'),
    rule: WALL,
  },
  {
    what: 'HTTP imports an adapter',
    file: 'src/http/server.ts',
    bad: imports('../adapters/adapters.module.js'),
    good: imports('./caching.js'),
    rule: WALL,
  },
  {
    what: 'HTTP looks into a module',
    file: 'src/http/server.ts',
    bad: imports('../modules/posts/posts.ports.js'),
    good: imports('../modules/posts/posts.public.js'),
    rule: WALL,
  },
  {
    what: 'the relay imports an adapter',
    file: 'src/events/event-relay.ts',
    bad: imports('../adapters/sqlite/sqlite-outbox.js'),
    good: imports('../shared/events.js'),
    rule: WALL,
  },
  {
    what: 'an adapter imports HTTP',
    file: 'src/adapters/sqlite/sqlite-outbox.ts',
    bad: imports('../../http/http-errors.js'),
    good: imports('../../shared/events.js'),
    rule: WALL,
  },
  {
    what: 'an adapter imports a DTO',
    file: 'src/adapters/sqlite/sqlite-post-store.ts',
    bad: imports('../../modules/posts/posts.dto.js'),
    good: imports('../../modules/posts/posts.ports.js'),
    rule: WALL,
  },
  {
    what: 'an adapter imports another technology',
    file: 'src/adapters/redis/redis-cache.ts',
    bad: imports('../sqlite/sqlite-database.js'),
    good: imports('../system/system-clock.js'),
    rule: WALL,
  },
  {
    what: 'a driver outside of the adapters',
    file: 'src/http/server.ts',
    bad: imports('node:sqlite'),
    good: imports('node:http'),
    rule: PACKAGE,
  },
  {
    what: 'the driver of another technology',
    file: 'src/adapters/sqlite/sqlite-database.ts',
    bad: imports('mongoose'),
    good: imports('node:sqlite'),
    rule: PACKAGE,
  },
  {
    what: 'the environment is read outside of the configuration',
    file: 'src/config.ts',
    bad: `export const port = process.env['PORT'];\n`,
    good: 'export const version = process.version;\n',
    rule: SYNTAX,
  },
  {
    what: 'the time is taken from the machine',
    file: CONTROLLER,
    bad: 'export const now = (): number => Date.now();\n',
    good: 'export const day = (ms: number): Date => new Date(ms);\n',
    rule: SYNTAX,
  },
  {
    what: 'the date is taken from the machine',
    file: USE_CASE,
    bad: 'export const now = (): Date => new Date();\n',
    good: 'export const day = (ms: number): Date => new Date(ms);\n',
    rule: SYNTAX,
  },
  {
    what: 'chance is taken from the machine',
    file: 'src/modules/posts/domain/post.ts',
    bad: 'export const chance = (): number => Math.random();\n',
    good: 'export const half = (n: number): number => Math.floor(n / 2);\n',
    rule: SYNTAX,
  },
  {
    what: 'a circle hidden by forwardRef',
    file: CONTROLLER,
    bad: `import { forwardRef } from '@nestjs/common';\nexport const x = forwardRef(() => String);\n`,
    good: imports('@nestjs/common', 'Injectable'),
    rule: SYNTAX,
  },
  {
    what: 'two files that need each other',
    file: 'src/shared/ids.ts',
    bad: imports('./page.js', 'readPage'),
    good: imports('./clock.js'),
    rule: 'import-x/no-cycle',
  },
  {
    what: 'an index',
    file: 'src/modules/posts/index.ts',
    bad: 'export const x = 1;\n',
    good: '',
    rule: 'posterr/kebab-case',
  },
  {
    what: 'a file in camel case',
    file: 'src/modules/posts/postViews.ts',
    bad: 'export const x = 1;\n',
    good: '',
    rule: 'posterr/kebab-case',
  },
  {
    what: 'writing to the console',
    file: USE_CASE,
    bad: `console.log('x');\n`,
    good: 'export const x = 1;\n',
    rule: 'no-console',
  },
  {
    what: 'a file of many things',
    file: USE_CASE,
    bad: 'export const x = [\n' + '  1,\n'.repeat(260) + '];\n',
    good: 'export const x = [1];\n',
    rule: 'max-lines',
  },
];

const TYPED_RULES_OFF = {
  languageOptions: { parserOptions: { projectService: false, project: null } },
};

describe('the walls of the house', () => {
  const eslint = new ESLint({
    overrideConfig: [{ files: ['**/*.ts'], ...TYPED_RULES_OFF, rules: {} }],
    ruleFilter: ({ ruleId }) => !ruleId.startsWith('@typescript-eslint/'),
  });
  const rulesBroken = async (code: string, filePath: string): Promise<string[]> => {
    const [result] = await eslint.lintText(code, { filePath });
    return result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? [];
  };

  it.each(PLANTED)('$what', async ({ file, bad, good, rule }) => {
    expect(await rulesBroken(bad, file)).toContain(rule);
    if (good !== '') expect(await rulesBroken(good, file)).toEqual([]);
  });
});
