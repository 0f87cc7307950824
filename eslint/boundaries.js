import path from 'node:path';

/**
 * Who may import whom inside src/. A file has a kind by its place; each kind lists the kinds it may see, and the packages.
 * `own x`: x of the same module or adapter folder. `type x`: only with `import type`. What is not listed is forbidden.
 */
export const kinds = {
  shared: { why: 'the kernel is pure', may: ['shared'], packages: [] },
  domain: {
    why: 'rules know only themselves and the kernel',
    may: ['shared', 'own domain'],
    packages: [],
  },
  ports: {
    why: 'ports speak the domain',
    may: ['shared', 'own domain', 'own ports', 'public'],
    packages: [],
  },
  'use-case': {
    why: 'use cases see ports, not technologies',
    may: [
      'shared',
      'config',
      'own domain',
      'own ports',
      'own use-case',
      'own service',
      'type own dto',
      'public',
    ],
    packages: ['@nestjs/common'],
  },
  // What is left of a module: its controllers, DTOs, Nest module, public face and the services between use cases.
  ...Object.fromEntries(
    ['service', 'controller', 'dto', 'module', 'public'].map((kind) => [
      kind,
      {
        why: 'modules meet by their .public files, and adapters by ports',
        may: ['shared', 'config', 'http', 'events', 'own module files', 'public'],
        packages: 'all but drivers',
      },
    ]),
  ),
  events: {
    why: 'the relay knows no feature',
    may: ['shared', 'config', 'events'],
    packages: 'all but drivers',
  },
  http: {
    why: 'plumbing knows modules by their .public files, and adapters by ports',
    may: ['shared', 'config', 'http', 'public'],
    packages: 'all but drivers',
  },
  adapter: {
    why: 'an adapter knows its ports, its own technology and nothing of HTTP',
    may: ['shared', 'config', 'domain', 'ports', 'own adapter', 'system adapter', 'adapters table'],
    packages: 'all',
  },
  'adapters table': {
    why: 'it plugs adapters into ports',
    may: ['shared', 'config', 'ports', 'adapter', 'system adapter', 'adapters table'],
    packages: 'all but drivers',
  },
  config: { why: 'it is read before anything else', may: ['config'], packages: 'all but drivers' },
  wiring: {
    why: 'it starts what others build',
    may: ['config', 'wiring', 'shared', 'http', 'events', 'adapters table', 'module', 'public'],
    packages: 'all but drivers',
  },
};
kinds['system adapter'] = kinds.adapter;

/** The only folder of src/adapters/ that may import a driver. */
const drivers = [
  [/^node:sqlite$/, 'sqlite'],
  [/^(mongodb|mongoose|@nestjs\/mongoose)(\/|$)/, 'mongo'],
  [/^(redis|ioredis|@redis\/.+|@keyv\/redis)(\/|$)/, 'redis'],
  [/^(kafkajs|@confluentinc\/.+)(\/|$)/, 'kafka'],
  [/^(@elastic|@opensearch-project)\//, 'elasticsearch'],
  [/^(jose|@node-rs\/argon2)(\/|$)/, 'system'],
];

/** Packages beyond the table, each with its reason. */
const exceptions = {
  // A bounded Map whose looks are shared: data structures, not technologies.
  'modules/accounts/use-cases/admit-outsider.ts': ['cache-manager', 'keyv', 'lru-cache'],
};

function place(file) {
  const [top, name = '', inner = '', ...deeper] = file.split('/');
  if (name === '') return { kind: /^config[.-]/.test(top) ? 'config' : 'wiring' };
  if (top === 'adapters') {
    if (inner === '') return { kind: 'adapters table' };
    return { kind: name === 'system' ? 'system adapter' : 'adapter', owner: name };
  }
  if (top !== 'modules') return { kind: top };
  if (inner === 'domain') return { kind: 'domain', owner: name };
  if (inner === 'use-cases') return { kind: 'use-case', owner: name };
  const suffix = /\.(ports|public|controller|dto|module)\.ts$/.exec([inner, ...deeper].join('/'))?.[1];
  return { kind: suffix ?? 'service', owner: name };
}

function maySee(from, to, typeOnly) {
  const own = from.owner !== undefined && from.owner === to.owner;
  return kinds[from.kind].may.some((allowed) => {
    if (allowed.startsWith('type ') && !typeOnly) return false;
    const wanted = allowed.replace('type ', '');
    if (wanted === 'own module files') return own;
    return wanted.startsWith('own ') ? own && wanted === `own ${to.kind}` : wanted === to.kind;
  });
}

function fileFault(file, specifier, typeOnly) {
  const target = path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts');
  if (target.startsWith('../')) return 'src must not import what is outside of it';
  const from = place(file);
  const to = place(target);
  if (maySee(from, to, typeOnly)) return undefined;
  return `${from.kind} must not import ${to.kind} (${target}): ${kinds[from.kind].why}`;
}

function packageFault(file, name) {
  const { kind, owner } = place(file);
  const folder = drivers.find(([driver]) => driver.test(name))?.[1];
  if (folder !== undefined && !(file.startsWith('adapters/') && owner === folder)) {
    return `${name} is a driver: only src/adapters/${folder} may import it`;
  }
  const { packages, why } = kinds[kind];
  const allowed = typeof packages === 'string' || packages.includes(name) || exceptions[file]?.includes(name);
  return allowed ? undefined : `${kind} must not import the package ${name}: ${why}`;
}

/** @type {import('eslint').Rule.RuleModule} */
export const boundaries = {
  meta: { type: 'problem', schema: [], messages: { crossed: '{{fault}}.' } },
  create(context) {
    const file = path.relative(path.join(context.cwd, 'src'), context.filename).split(path.sep).join('/');
    if (kinds[place(file).kind] === undefined) {
      return {
        Program: (node) =>
          context.report({
            node,
            messageId: 'crossed',
            data: { fault: `src/${file} has no place in the table of eslint/boundaries.js` },
          }),
      };
    }
    const check = (node, source, typeOnly) => {
      const specifier = source?.value;
      if (typeof specifier !== 'string') return;
      const fault = specifier.startsWith('.')
        ? fileFault(file, specifier, typeOnly)
        : packageFault(file, specifier);
      if (fault !== undefined) context.report({ node, messageId: 'crossed', data: { fault } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression(node) {
        check(node, node.source, false);
        if (typeof node.source.value === 'string') return;
        context.report({
          node,
          messageId: 'crossed',
          data: { fault: 'import() of what is only known later' },
        });
      },
      TSImportType: (node) => check(node, node.source ?? node.argument.literal, true),
    };
  },
};
