import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

/** Something that the person who runs the kit can mend: its message says how. */
export class ConformanceError extends Error {}

export const HELP = `Checks a running Posterr from outside, over HTTP alone, against its OpenAPI document and its promises.

  BASE_URL=https://posterr.example.org npm run conformance -- [options]

  --requests N      how many generated requests at least (10000; 0: none)
  --seed N          repeats the generated requests of another run
  --concurrency N   requests at once (8)
  --only WORDS      only the promises whose words match this regular expression
  --json FILE       writes the report as JSON, too
  --help

Some promises need an admin: give ADMIN_TOKEN, or ADMIN_USERNAME and ADMIN_PASSWORD, in the environment.
The kit keeps to the limits of the deployment. Without them (RATE_LIMIT_PER_MINUTE=0 POSTS_PER_DAY=0) it is faster.
`;

export type AdminAccess =
  { readonly token: string } | { readonly username: string; readonly password: string };

export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly requests: number;
  readonly seed: number;
  readonly concurrency: number;
  readonly only?: RegExp;
  readonly json?: string;
  readonly admin?: AdminAccess;
}

/** What was asked for, or undefined when it was help. @throws ConformanceError, and TypeError for unknown options */
export function readSettings(args: string[], env: Record<string, string | undefined>): Settings | undefined {
  const { values } = parseArgs({
    args,
    options: {
      requests: { type: 'string', default: '10000' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      concurrency: { type: 'string', default: '8' },
      only: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const url = env['BASE_URL']?.replace(/\/+$/, '') ?? '';
  if (!/^https?:\/\/[^/?#]+(?:\/[^?#]*)?$/.test(url)) {
    throw new ConformanceError('BASE_URL says where Posterr is, such as https://posterr.example.org');
  }
  const admin = adminOf(env);
  return {
    url,
    requests: wholeNumber('requests', values.requests, 0, 10_000_000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    concurrency: wholeNumber('concurrency', values.concurrency, 1, 64),
    ...(values.only !== undefined && { only: new RegExp(values.only, 'i') }),
    ...(values.json !== undefined && { json: values.json }),
    ...(admin && { admin }),
  };
}

function adminOf(env: Record<string, string | undefined>): AdminAccess | undefined {
  const { ADMIN_TOKEN: token, ADMIN_USERNAME: username, ADMIN_PASSWORD: password } = env;
  if (token) return { token };
  return username && password ? { username, password } : undefined;
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new ConformanceError(`--${flag} is a whole number from ${least} to ${most}.`);
}
