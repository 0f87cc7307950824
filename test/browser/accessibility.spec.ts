import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { BrowserWorld, expectNoFaults } from '../support/browser.js';
import { describeWith } from '../support/engines.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

describeWith('Chromium', 'the accessibility of the web app', () => {
  let world: BrowserWorld;
  let views: Record<string, string>;

  beforeAll(async () => {
    world = await BrowserWorld.start();
    const [ada, bob] = [
      await world.person('Ada', { displayName: 'Ada Lovelace' }),
      await world.person('Bob'),
    ];
    const { id } = await ada.publish('The engine weaves, @Bob. https://example.org');
    const reply = await bob.reply(id, 'How?');
    await bob.quote(id, 'Look at this');
    await bob.repost(id);
    await bob.follow('ada');
    await ada.reply(reply.id, 'Like a loom.');
    views = {
      home: '/?since=2026-01-01',
      following: '/following',
      profile: '/users/bob?view=with-replies',
      followers: '/users/ada/followers',
      thread: `/posts/${id}`,
      reply: `/posts/${reply.id}`,
      reposts: `/posts/${id}?list=reposts`,
      'search for posts': '/search?q=engine',
      'search for people': '/search?q=a&people=yes',
      notifications: '/notifications',
      login: '/login',
      register: '/register',
      nothing: '/nothing',
    };
  });
  afterAll(() => world.stop());
  expectNoFaults(() => world);

  it.each([
    ['light', 'desktop', { width: 1280, height: 900 }],
    ['dark', 'phone', { width: 390, height: 844 }],
  ] as const)('has no violation in any view: %s, %s', async (colorScheme, _, viewport) => {
    const page = await world.loggedIn('Ada', { colorScheme, viewport, reducedMotion: 'reduce' });
    await page.evaluate(AXE);
    for (const [name, path] of Object.entries(views)) {
      await page.evaluate(
        `new Promise((resolve) => { addEventListener('viewshown', resolve, { once: true }); location.hash = '${path}'; })`,
      );
      await page.locator('[aria-busy]').waitFor({ state: 'detached' });
      expect([name, await violations(page)]).toEqual([name, []]);
    }
    await page.goto('/app/#/');
    await page.locator('main button.action.quote').first().click();
    await page.getByRole('dialog').waitFor();
    expect(['dialog', await violations(page)]).toEqual(['dialog', []]);
    await page.context().close();
  });

  /** What axe-core finds, in short. */
  async function violations(page: Page): Promise<string[]> {
    const found = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  }
});
