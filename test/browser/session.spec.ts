import type { Page } from 'playwright-core';
import { BrowserWorld, expectNoFaults } from '../support/browser.js';
import { describeWith } from '../support/engines.js';

/** As if the time of the access token had passed, and as if it had gone bad before its time. */
const WORN_OUT = 'session.expiresAt = 0';
const GONE_BAD = "session.accessToken = 'no.good.token'";

describeWith('Chromium', 'the session of the web app', () => {
  let world: BrowserWorld;

  beforeAll(async () => {
    world = await BrowserWorld.start({ POSTS_PER_DAY: '2' });
  });
  afterAll(() => world.stop());
  expectNoFaults(() => world);

  it.each([
    ['that are worn out', 'Ada', WORN_OUT],
    ['that have gone bad', 'Bea', GONE_BAD],
  ])('survives two tabs that renew tokens %s at once', async (_, name, change) => {
    await world.person(name);
    const first = await world.loggedIn(name);
    const second = await first.context().newPage();
    await second.goto('/app');
    await Promise.all([quotaOf(first), quotaOf(second)]);
    const renewals: number[] = [];
    first.context().on('response', (response) => {
      if (response.url().endsWith('/v1/auth/refresh')) renewals.push(response.status());
    });
    for (let time = 1; time <= 3; time += 1) {
      await changeSession(first, change);
      world.expectAnswer(401);
      await Promise.all([first.reload(), second.reload()]);
      await Promise.all([loggedIn(first), loggedIn(second)]);
      // What the pages ask for is answered to Ada, not to nobody.
      await Promise.all([quotaOf(first), quotaOf(second)]);
      expect(renewals).toEqual(Array.from({ length: time }, () => 200));
    }
    await first.context().close();
  });

  it('ends in all tabs at once', async () => {
    await world.person('Cleo');
    const first = await world.loggedIn('Cleo');
    const second = await first.context().newPage();
    await second.goto('/app/#/notifications');
    await second.getByRole('button', { name: 'Mark all as read' }).waitFor();
    await first.getByRole('button', { name: 'Log out' }).click();
    for (const page of [first, second]) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Log in' }).waitFor();
    }
    expect(await first.evaluate("import('/app/store.js').then(({ read }) => read())")).toBeUndefined();
    await first.context().close();
  });

  it('ends when its refresh token is not good any more, and says so', async () => {
    await world.person('Dora');
    const page = await world.loggedIn('Dora');
    await changeSession(page, `${WORN_OUT}; session.refreshToken = 'no good'`);
    world.expectAnswer(401);
    await page.reload();
    await page.getByText('Your session has ended. Log in again, please.').waitFor();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Log in' }).waitFor();
    await page.context().close();
  });

  it('does not let in who has no password', async () => {
    const page = await world.visitor();
    await page.goto('/app/#/login');
    await page.getByLabel('Username').fill('Ada');
    await page.getByLabel('Password').fill('not the password');
    world.expectAnswer(401);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('The username or the password is wrong.').waitFor();
    await page.context().close();
  });

  it('knows how many posts are left today, and refuses in words', async () => {
    await world.person('Eve');
    const page = await world.loggedIn('Eve');
    const text = page.getByRole('textbox', { name: 'New post' });
    const publish = page.locator('main').getByRole('button', { name: 'Publish' });
    const left = page.locator('main posts-left');
    await left.getByText('2 posts left today').waitFor();
    await text.fill('👩‍🚀'.repeat(300));
    expect(await publish.isDisabled()).toBe(true);
    expect(await page.locator('.room').innerText()).toBe('-123');
    for (const remaining of ['1 post left today', 'No posts left today']) {
      await text.fill(`After this one: ${remaining}`);
      await publish.click();
      await left.getByText(remaining, { exact: true }).waitFor();
    }
    await text.fill('One too many');
    world.expectAnswer(429);
    await publish.click();
    await page.getByRole('alert').getByText('Those were all your posts for today.').waitFor();
    expect(await text.inputValue()).toBe('One too many');
    await page.context().close();
  });

  it('sends a post again of which it does not know whether it arrived, and it is published once', async () => {
    const finn = await world.person('Finn');
    const page = await world.loggedIn('Finn');
    let sent = 0;
    await page.route('**/v1/posts', async (route) => {
      sent += 1;
      if (sent > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await page.getByRole('textbox', { name: 'New post' }).fill('Only once');
    await page.locator('main').getByRole('button', { name: 'Publish' }).click();
    await page.locator('main .post').getByText('Only once').waitFor();
    expect(sent).toBe(2);
    expect((await finn.walk('/v1/users/finn/posts')).map(({ text }) => text)).toEqual(['Only once']);
    expect(world.faultsSeen()).toEqual([expect.stringContaining('net::ERR_CONNECTION_RESET')]);
    await page.context().close();
  });

  const loggedIn = (page: Page): Promise<void> => page.getByRole('textbox', { name: 'New post' }).waitFor();
  const changeSession = (page: Page, change: string): Promise<void> =>
    page.evaluate(
      `import('/app/store.js').then(async ({ read, write }) => { const session = await read(); ${change}; await write(session); })`,
    );
  const quotaOf = (page: Page): Promise<void> =>
    page.locator('main posts-left').getByText('2 posts left today').waitFor();
});
