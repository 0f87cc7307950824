const SWITCH = /^\s*eslint(?:-disable|\s+[\w@/-]+\s*:)/;
const REASON = /\s--\s+\S/;

/** A comment that switches a rule off says why: `// eslint-disable-next-line no-console -- a program of the terminal`.
 * @type {import('eslint').Rule.RuleModule}
 */
export const disabledWithReason = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { missing: 'Say after -- why the rule does not hold here.' },
  },
  create: (context) => ({
    Program() {
      for (const { value, loc } of context.sourceCode.getAllComments()) {
        if (!SWITCH.test(value) || REASON.test(value)) continue;
        // A column that no directive reaches, this one included.
        context.report({ loc: { line: loc.start.line, column: -1 }, messageId: 'missing' });
      }
    },
  }),
};
