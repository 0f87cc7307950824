import type { Secrets } from './curl.ts';
import { Deployment } from './deployment.ts';
import { generated } from './cases/run.ts';
import { People } from './people.ts';
import { inPool } from './pool.ts';
import { STORIES } from './promises/all.ts';
import { type Report, told } from './report.ts';
import type { Settings } from './settings.ts';
import { tell } from './story.ts';

/** Checks a deployment. @throws ConformanceError when it cannot be checked at all */
export async function run(settings: Settings, say: (line: string) => void): Promise<Report> {
  const start = performance.now();
  const { url, seed, only, concurrency } = settings;
  const deployment = await Deployment.at(settings, say);
  try {
    const people = await People.of(deployment);
    const isAsked = ({ promise, section }: { promise: string; section: string }): boolean =>
      only?.test(`${section} ${promise}`) ?? true;
    const asked = STORIES.filter(isAsked);
    say(`${asked.length} promises are told as stories`);
    const ended = await inPool(asked, concurrency, async (story) => tell(story, people, deployment));
    if (settings.requests > 0)
      say(`${settings.requests} requests are generated from the document, --seed ${seed}`);
    const statuses = await generated(people, settings);
    await tidyUp(people, concurrency);
    const { requests } = deployment;
    const seconds = (performance.now() - start) / 1_000;
    const secrets = await secretsOf(people);
    const results = [...ended, ...deployment.results, statuses]
      .filter(isAsked)
      .map((one) => told(one, url, secrets));
    return { url, seed, requests, seconds, results };
  } finally {
    deployment.close();
  }
}

/** Posts cannot be deleted: an admin hides those that were made. */
async function tidyUp({ admin, deployment }: People, concurrency: number): Promise<void> {
  const posts = [...deployment.made].filter((path) => path.startsWith('/v1/posts/'));
  if (admin)
    await inPool(posts, concurrency, (path) => admin.put(`${path.replace('/v1/', '/v1/admin/')}/hidden`));
}

/** What is the operator's is not told. */
async function secretsOf({ admin, deployment }: People): Promise<Secrets> {
  const access = deployment.settings.admin;
  return {
    ...(admin && { ADMIN_TOKEN: (await admin.accessToken()) ?? '' }),
    ...(access && 'password' in access && { ADMIN_PASSWORD: access.password }),
  };
}
