import { ESLint } from 'eslint';
import { PLANTED } from './planted.js';

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
