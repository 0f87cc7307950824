import { ESLint } from 'eslint';
import { kinds } from '../../eslint/boundaries.js';
import { PLANTED } from './planted.js';

const WAYS_AROUND = [
  ["export const x = globalThis.process.env['PORT'];", 'no-restricted-syntax'],
  ['const { env } = process;\nexport const x = env;', 'no-restricted-syntax'],
  ['export const x = globalThis.Date.now();', 'no-restricted-syntax'],
  ['export const x = { now: Date.now };', 'no-restricted-syntax'],
  ['export const x = globalThis.Math.random();', 'no-restricted-syntax'],
  [
    "import * as nest from '@nestjs/common';\nexport const x = nest.forwardRef(() => String);",
    'no-restricted-syntax',
  ],
  [
    "import { forwardRef as later } from '@nestjs/common';\nexport const x = later(() => String);",
    'no-restricted-syntax',
  ],
  ["const name = 'mongoose';\nexport const x = await import(name);", 'posterr/boundaries'],
  ["// eslint-disable-next-line no-console\nconsole.log('x');", 'posterr/disabled-with-reason'],
  ["/* eslint-disable */\nconsole.log('x');", 'posterr/disabled-with-reason'],
  ["/* eslint no-console: off */\nconsole.log('x');", 'posterr/disabled-with-reason'],
] as const;

const TYPED_RULES_OFF = {
  languageOptions: { parserOptions: { projectService: false, project: null } },
};

describe('the walls of the house', () => {
  const eslint = new ESLint({
    overrideConfig: [{ files: ['**/*.ts'], ...TYPED_RULES_OFF, rules: {} }],
    ruleFilter: ({ ruleId }) => !ruleId.startsWith('@typescript-eslint/'),
  });
  const faults = async (code: string, filePath: string): Promise<ESLint.LintResult['messages']> => {
    const [result] = await eslint.lintText(code, { filePath });
    return result?.messages ?? [];
  };
  const rulesBroken = async (code: string, filePath: string): Promise<string[]> =>
    (await faults(code, filePath)).map(({ ruleId, message }) => ruleId ?? message);

  it.each(PLANTED)('$what', async ({ file, bad, good, rule }) => {
    expect(await rulesBroken(bad, file)).toContain(rule);
    if (good !== '') expect(await rulesBroken(good, file)).toEqual([]);
  });

  it.each([
    ['node:sqlite', 'sqlite'],
    ['mongodb', 'mongo'],
    ['mongoose', 'mongo'],
    ['@nestjs/mongoose', 'mongo'],
    ['redis', 'redis'],
    ['@keyv/redis', 'redis'],
    ['kafkajs', 'kafka'],
    ['@elastic/elasticsearch', 'elasticsearch'],
    ['@opensearch-project/opensearch', 'elasticsearch'],
    ['jose', 'system'],
    ['@node-rs/argon2', 'system'],
  ])('keep the driver %s in the folder %s', async (driver, folder) => {
    const code = `export { x } from '${driver}';\n`;
    expect(await rulesBroken(code, `src/adapters/${folder}/some-adapter.ts`)).toEqual([]);
    for (const file of ['src/http/server.ts', 'src/adapters/other/other-adapter.ts', 'src/start.ts']) {
      expect(await rulesBroken(code, file)).toContain('posterr/boundaries');
    }
  });

  it.each(WAYS_AROUND)('cannot be passed by %j', async (code, rule) => {
    expect(await rulesBroken(`${code}\n`, 'src/modules/posts/posts.controller.ts')).toContain(rule);
  });

  it.each([
    "// eslint-disable-next-line no-console -- a line that scripts wait for\nconsole.log('x');\n",
    "/* eslint no-console: off -- a program of the terminal */\nconsole.log('x');\n",
    'const { version } = process;\nexport const x = version;\n',
  ])('let %j pass', async (code) => {
    expect(await rulesBroken(code, 'src/modules/posts/posts.controller.ts')).toEqual([]);
  });

  it('are each tried by a planted violation', async () => {
    const reported = await Promise.all(PLANTED.map(({ file, bad }) => faults(bad, file)));
    const said = reported.flat().map(({ message }) => message);
    const untried = Object.values(kinds).filter(({ why }) => !said.some((message) => message.includes(why)));
    expect(untried).toEqual([]);
  });
});
