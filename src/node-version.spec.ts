import { readFileSync } from 'node:fs';

const staticImports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s[^;(]*?['"]([^'"]+)['"];/gm)].map(
    ([, from = '']) => from,
  );

/** Node links every static import before the first of them runs: one that an older Node lacks would silence the check. */
describe('on an older Node, the check of its version', () => {
  it('comes first, and alone', () => {
    expect(staticImports('src/main.ts')).toEqual(['./node-version.js']);
    expect(staticImports('src/node-version.ts')).toEqual([]);
  });

  it('would notice an import', () => {
    expect(staticImports('src/start.ts')).toContain('./app.module.js');
  });
});
