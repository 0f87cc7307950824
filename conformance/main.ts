import { writeFile } from 'node:fs/promises';
import { isKept, printed } from './report.ts';
import { run } from './run.ts';
import { ConformanceError, HELP, readSettings } from './settings.ts';

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (!settings) {
    process.stdout.write(HELP);
    return;
  }
  const report = await run(settings, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(printed(report));
  if (settings.json !== undefined)
    await writeFile(settings.json, `${JSON.stringify(report, undefined, 2)}\n`);
  process.exitCode = isKept(report) ? 0 : 1;
}

try {
  await main();
} catch (error) {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof ConformanceError) && !isUsage) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
