/** What the lint must report, each beside a counterpart that it must not. */
export interface Planted {
  readonly what: string;
  /** Where the snippet would lie. */
  readonly file: string;
  readonly bad: string;
  readonly good: string;
  readonly rule: string;
}

const USE_CASE = 'src/modules/posts/use-cases/publish-post.ts';
const PORTS = 'src/modules/posts/posts.ports.ts';
const DOMAIN = 'src/modules/posts/domain/post.ts';
const OUTBOX = 'src/adapters/sqlite/sqlite-outbox.ts';
const CONTROLLER = 'src/modules/posts/posts.controller.ts';
const imports = (path: string, name = 'x'): string =>
  `import { ${name} } from '${path}';\nexport const y = ${name};\n`;
const BOUNDARY = 'posterr/boundaries';
const SYNTAX = 'no-restricted-syntax';

/** The file may import `good`, but not `bad`. */
const crossing = (what: string, file: string, bad: string, good: string): Planted => ({
  what,
  file,
  bad: imports(bad),
  good: imports(good),
  rule: BOUNDARY,
});

export const PLANTED: readonly Planted[] = [
  crossing('the kernel imports a package', 'src/shared/page.ts', 'rxjs', './ids.js'),
  crossing('the kernel imports from Node', 'src/shared/ids.ts', 'node:crypto', './clock.js'),
  crossing(
    'the kernel imports a module',
    'src/shared/page.ts',
    '../modules/users/users.public.js',
    './ids.js',
  ),
  crossing(
    'a domain imports a package',
    'src/modules/posts/domain/post.ts',
    '@nestjs/common',
    '../../../shared/ids.js',
  ),
  crossing(
    'a domain imports another module',
    'src/modules/posts/domain/post.ts',
    '../../users/users.public.js',
    './mentions.js',
  ),
  crossing(
    'a domain imports its own ports',
    'src/modules/posts/domain/post.ts',
    '../posts.ports.js',
    './policies/posting-policy.js',
  ),
  crossing('a use case imports a package', USE_CASE, 'fastify', '@nestjs/common'),
  crossing('a use case imports HTTP', USE_CASE, '../../../http/http-errors.js', '../posts.ports.js'),
  crossing(
    'a use case imports an adapter',
    USE_CASE,
    '../../../adapters/system/system-clock.js',
    '../../../shared/clock.js',
  ),
  crossing(
    'a port imports HTTP',
    'src/modules/posts/posts.ports.ts',
    '../../http/http-errors.js',
    './domain/post.js',
  ),
  crossing(
    'a module looks into another one',
    CONTROLLER,
    '../users/users.ports.js',
    '../users/users.public.js',
  ),
  crossing(
    'a module looks into the use cases of another one',
    CONTROLLER,
    '../users/use-cases/list-users.js',
    './use-cases/publish-post.js',
  ),
  crossing(
    'a controller imports an adapter',
    CONTROLLER,
    '../../adapters/sqlite/sqlite-database.js',
    '../../http/http-errors.js',
  ),
  crossing('HTTP imports an adapter', 'src/http/server.ts', '../adapters/adapters.module.js', './caching.js'),
  crossing(
    'HTTP looks into a module',
    'src/http/server.ts',
    '../modules/posts/posts.ports.js',
    '../modules/posts/posts.public.js',
  ),
  crossing(
    'the relay imports an adapter',
    'src/events/event-relay.ts',
    '../adapters/sqlite/sqlite-outbox.js',
    '../shared/events.js',
  ),
  crossing(
    'an adapter imports HTTP',
    'src/adapters/sqlite/sqlite-outbox.ts',
    '../../http/http-errors.js',
    '../../shared/events.js',
  ),
  crossing(
    'an adapter imports a DTO',
    'src/adapters/sqlite/sqlite-post-store.ts',
    '../../modules/posts/posts.dto.js',
    '../../modules/posts/posts.ports.js',
  ),
  crossing(
    'an adapter imports another technology',
    'src/adapters/redis/redis-cache.ts',
    '../sqlite/sqlite-database.js',
    '../system/system-clock.js',
  ),
  crossing('a driver outside of the adapters', 'src/http/server.ts', 'node:sqlite', 'node:http'),
  crossing(
    'the driver of another technology',
    'src/adapters/sqlite/sqlite-database.ts',
    'mongoose',
    'node:sqlite',
  ),
  crossing('the kernel imports the configuration', 'src/shared/page.ts', '../config.js', './ids.js'),
  crossing('a domain imports the configuration', DOMAIN, '../../../config.js', '../../../shared/ids.js'),
  {
    what: 'a domain imports a package when it runs',
    file: DOMAIN,
    bad: `export const x = import('rxjs');\n`,
    good: `export const x = import('../../../shared/ids.js');\n`,
    rule: BOUNDARY,
  },
  {
    what: 'a domain names a type of a package',
    file: DOMAIN,
    bad: `export type X = import('rxjs').Subject<string>;\n`,
    good: `import type { Id } from '../../../shared/ids.js';\nexport type X = Id;\n`,
    rule: BOUNDARY,
  },
  {
    what: 'a use case makes a DTO',
    file: USE_CASE,
    bad: imports('../posts.dto.js', 'PostView'),
    good: `import type { PostView } from '../posts.dto.js';\nexport type X = PostView;\n`,
    rule: BOUNDARY,
  },
  crossing(
    'a use case imports the relay',
    USE_CASE,
    '../../../events/event-relay.js',
    '../../users/users.public.js',
  ),
  {
    what: 'a port speaks of a DTO',
    file: PORTS,
    bad: `import type { PostView } from './posts.dto.js';\nexport type X = PostView;\n`,
    good: `import type { Post } from './domain/post.js';\nexport type X = Post;\n`,
    rule: BOUNDARY,
  },
  crossing('a port imports a package', PORTS, '@nestjs/common', '../../shared/ids.js'),
  crossing(
    'an adapter imports a use case',
    OUTBOX,
    '../../modules/posts/use-cases/publish-post.js',
    '../../modules/posts/domain/post.js',
  ),
  crossing(
    'an adapter imports a service of a module',
    OUTBOX,
    '../../modules/posts/post-views.js',
    '../../config.js',
  ),
  crossing('an adapter imports the relay', OUTBOX, '../../events/event-relay.js', '../adapters.js'),
  crossing(
    'the system adapters import a technology',
    'src/adapters/system/system-clock.ts',
    '../sqlite/sqlite-database.js',
    './uuid-v7-ids.js',
  ),
  crossing(
    'the relay imports a module',
    'src/events/event-relay.ts',
    '../modules/posts/posts.public.js',
    '../config.js',
  ),
  {
    what: 'a driver is imported when it runs',
    file: 'src/http/server.ts',
    bad: `export const x = import('mongoose');\n`,
    good: `export const x = import('node:http');\n`,
    rule: BOUNDARY,
  },
  {
    what: 'a type of a driver outside of the adapters',
    file: CONTROLLER,
    bad: `import type { DatabaseSync } from 'node:sqlite';\nexport type X = DatabaseSync;\n`,
    good: `import type { FastifyReply } from 'fastify';\nexport type X = FastifyReply;\n`,
    rule: BOUNDARY,
  },
  {
    what: 'a driver is handed on',
    file: 'src/adapters/adapters.ts',
    bad: `export { DatabaseSync } from 'node:sqlite';\n`,
    good: `export { SqliteDatabase } from './sqlite/sqlite-database.js';\n`,
    rule: BOUNDARY,
  },
  crossing(
    'tokens are signed outside of the system adapters',
    CONTROLLER,
    'jose',
    './use-cases/publish-post.js',
  ),
  crossing('the code imports tests', CONTROLLER, '../../../test/support/client.js', '../../config.js'),
  {
    what: 'a file in a folder that the table of boundaries does not know',
    file: 'src/helpers/helper.ts',
    bad: 'export const x = 1;\n',
    good: '',
    rule: BOUNDARY,
  },
  {
    what: 'a module makes its own random bytes',
    file: CONTROLLER,
    bad: imports('node:crypto', 'randomBytes'),
    good: imports('node:crypto', 'createHash'),
    rule: SYNTAX,
  },
  {
    what: 'the environment under another name',
    file: CONTROLLER,
    bad: imports('node:process', 'env'),
    good: 'export const x = process.uptime();\n',
    rule: SYNTAX,
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
  crossing(
    'the table of adapters imports HTTP',
    'src/adapters/adapters.module.ts',
    '../http/server.js',
    './system/system-clock.js',
  ),
  crossing('the configuration imports the kernel', 'src/config.ts', './shared/ids.js', './config-keys.js'),
  crossing(
    'the start looks into a module',
    'src/start.ts',
    './modules/posts/posts.ports.js',
    './modules/posts/posts.public.js',
  ),
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
