import { parseArgs } from 'node:util';
import { Api, HOW_TO_START } from './api.ts';
import { fillByApi } from './api-fill.ts';
import { type Community, planCommunity, USUAL_SEED } from './community.ts';
import { readCorpus } from './corpus.ts';
import { DemoError } from './demo-error.ts';
import { fillDirectly } from './direct-fill.ts';
import { Progress } from './progress.ts';
import { verifyTimeline } from './verify.ts';

const HELP = `Fills a running Posterr with a community that posts real text (the Brown corpus).

Start Posterr without limits, then run the demo in another terminal:
${HOW_TO_START}
  npm run demo -- [options]

  --url URL         where Posterr is (http://localhost:3000)
  --users N         how many people (200)
  --posts N         how many posts of all kinds (5000)
  --seed TEXT       another seed gives another community; the same gives the same (${USUAL_SEED})
  --concurrency N   requests at once (8)
  --verify          at the end, walk the whole timeline and count (with --posts 0: only that)
  --direct          write straight into the database of DATABASE_URL or DATA_DIR instead, fast:
                    npm run demo -- --direct --posts 1000000
  --help
`;

const progress = new Progress();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://localhost:3000' },
      users: { type: 'string', default: '200' },
      posts: { type: 'string', default: '5000' },
      seed: { type: 'string', default: USUAL_SEED },
      concurrency: { type: 'string', default: '8' },
      verify: { type: 'boolean', default: false },
      direct: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const sizes = {
    users: wholeNumber('users', values.users, 2, 100_000),
    posts: wholeNumber('posts', values.posts, 0, 10_000_000),
  };
  const concurrency = wholeNumber('concurrency', values.concurrency, 1, 64);
  if (!/^[\w.-]{1,50}$/.test(values.seed))
    throw new DemoError('--seed is 1 to 50 letters, digits, dots and dashes.');
  if (!/^https?:\/\//.test(values.url)) throw new DemoError('--url begins with http:// or https://.');
  if (values.direct && values.verify) {
    throw new DemoError(
      '--direct has no server to verify: start one, then run the demo with --posts 0 --verify.',
    );
  }
  if (sizes.posts === 0) {
    if (!values.verify) throw new DemoError('--posts 0 publishes nothing: it is for --verify.');
    await verifyOnly(new Api(values.url));
    return;
  }
  const password = `demo-${values.seed}-password`;
  const community = planCommunity(readCorpus(), values.seed, sizes);
  if (values.direct) await direct(community, password);
  else await throughApi(new Api(values.url), community, password, { ...values, ...sizes, concurrency });
}

async function direct(community: Community, password: string): Promise<void> {
  const { written, databaseUrl } = await fillDirectly(community, password, progress);
  progress.end();
  process.stdout.write(`
${written} posts of ${community.people.length} people are in ${databaseUrl}. Run "npm start" to look at them.
${loginOf(community, password)}
`);
}

interface Options {
  readonly users: number;
  readonly posts: number;
  readonly seed: string;
  readonly concurrency: number;
  readonly verify: boolean;
}

async function throughApi(
  api: Api,
  community: Community,
  password: string,
  { users, posts, seed, concurrency, verify }: Options,
): Promise<void> {
  await api.expectReady();
  await api.expectNoRateLimit();
  const name = `demo-${seed}-${users}-${posts}`;
  const { accessToken, ids, listedIds, threadId } = await fillByApi(
    api,
    community,
    { password, concurrency, name },
    progress,
  );
  progress.end();
  if (verify) await verified(api, listedIds);
  const [first] = community.people;
  process.stdout.write(`
${ids.length} posts of ${community.people.length} people. Look at:
  ${api.url}/docs
  ${api.url}/v1/timelines/all
  ${api.url}/v1/posts/${threadId}/replies
${loginOf(community, password)}
An access token of ${first?.username ?? ''}, good for a while:
  curl -H 'Authorization: Bearer ${accessToken}' ${api.url}/v1/timelines/following
`);
}

async function verifyOnly(api: Api): Promise<void> {
  await api.expectReady();
  await api.expectNoRateLimit();
  await verified(api, []);
}

async function verified(api: Api, published: readonly string[]): Promise<void> {
  const count = await verifyTimeline(api, published, progress);
  process.stdout.write(`Verified: the timeline shows each of ${count} posts exactly once.\n`);
}

function loginOf({ people }: Community, password: string): string {
  return `Log in as ${people[0]?.username ?? ''} or anybody else with the password ${password}`;
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new DemoError(`--${flag} is a whole number from ${least} to ${most}.`);
}

try {
  await main();
} catch (error) {
  progress.end();
  const usage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof DemoError) && !usage) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
