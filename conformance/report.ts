import { curlOf, type Secrets } from './curl.ts';
import type { Result } from './ledger.ts';

export interface Report {
  readonly url: string;
  readonly seed: number;
  readonly requests: number;
  readonly seconds: number;
  readonly results: readonly Told[];
}

/** A result, with commands instead of requests. */
export type Told = Omit<Result, 'faults'> & {
  readonly faults: readonly { readonly what: string; readonly curl?: string }[];
};

export function told({ faults, ...rest }: Result, url: string, secrets: Secrets): Told {
  return {
    ...rest,
    faults: faults.map(({ what, sent }) => ({ what, ...(sent && { curl: curlOf(url, sent, secrets) }) })),
  };
}

const MARKS = { pass: 'pass', fail: 'FAIL', skip: 'skip' } as const;

/** The report as people read it. */
export function printed({ seed, requests, seconds, results }: Report): string {
  const lines: string[] = [];
  for (const [section, some] of [...Map.groupBy(results, (one) => one.section)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    lines.push('', section);
    for (const one of some) lines.push(...linesOf(one));
  }
  const count = (outcome: Result['outcome']): number =>
    results.filter((one) => one.outcome === outcome).length;
  lines.push(
    '',
    `${results.length} promises: ${count('pass')} kept, ${count('fail')} broken, ${count('skip')} skipped. ` +
      `${requests} requests in ${seconds.toFixed(0)} s, --seed ${seed}.`,
  );
  return `${lines.join('\n').trimStart()}\n`;
}

function linesOf({ outcome, promise, checked, requests, reason, faults, more }: Told): string[] {
  const lines = [`  ${MARKS[outcome]}  ${promise}`, `        ${checked} (${requests} requests)`];
  if (reason !== undefined) lines.push(`        skipped: ${reason}`);
  for (const { what, curl } of faults) {
    lines.push(...what.split('\n').map((line, n) => `      ${n === 0 ? '> ' : '  '}${line}`));
    if (curl !== undefined) lines.push(`        ${curl}`);
  }
  if (more > 0) lines.push(`      > and ${more} more`);
  return lines;
}

export function isKept({ results }: Report): boolean {
  return results.every(({ outcome }) => outcome !== 'fail');
}
