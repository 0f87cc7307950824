import type { Locator, Page } from 'playwright-core';
import { BrowserWorld, expectNoFaults } from '../support/browser.js';
import { type Client, PASSWORD } from '../support/client.js';
import { describeWith } from '../support/engines.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const MARKUP = `<img src=x onerror="alert(1)"><script>alert(2)</script>`;

describeWith('Chromium', 'the web app', () => {
  let world: BrowserWorld;
  let grace: Client;
  let ada: Page;
  let bob: Page;

  beforeAll(async () => {
    world = await BrowserWorld.start();
    grace = await world.person('grace', { displayName: 'Grace Hopper' });
    for (let n = 1; n <= 35; n += 1) await grace.publish(`Number ${n} of Grace`);
  });
  afterAll(() => world.stop());
  expectNoFaults(() => world);

  it('lets two people join, and tells them what they got wrong', async () => {
    ada = await world.visitor();
    await ada.goto('/app');
    await ada.getByRole('link', { name: 'Join' }).click();
    await ada.getByLabel('Username').fill('Ada');
    await ada.getByLabel('Password').fill('short');
    world.expectAnswer(422);
    await ada.getByRole('button', { name: 'Join' }).click();
    const password = ada.locator('input[aria-invalid=true]');
    await password.waitFor();
    expect(await password.getAttribute('name')).toBe('password');
    expect(await ada.locator('#password-fault').innerText()).toMatch(/at least 8 characters/);
    await password.fill(PASSWORD);
    await ada.getByRole('button', { name: 'Join' }).click();
    await composer(ada).waitFor();

    bob = await world.visitor();
    await bob.goto('/app/#/register');
    await bob.getByLabel('Username').fill('Bob');
    await bob.getByLabel('Password').fill(PASSWORD);
    await bob.getByRole('button', { name: 'Join' }).click();
    await composer(bob).waitFor();
  });

  it('shows a post to who follows its author, on the profile and under Following', async () => {
    await publish(ada, 'The engine weaves.');
    await bob.goto('/app/#/users/ada');
    const facts = bob.locator('.profile');
    await facts.getByRole('button', { name: 'Follow Ada' }).click();
    await facts.getByRole('button', { name: 'Unfollow Ada' }).waitFor();
    expect(await facts.innerText()).toMatch(
      /@Ada[\s\S]*Joined [A-Z][a-z]+ \d+, \d{4}[\s\S]*1 posts?\s+1 followers\s+0 following/,
    );
    await bob.goto('/app/#/following');
    await post(bob, 'The engine weaves.').waitFor();
    expect(await bob.locator('main .post').count()).toBe(1);
  });

  it('tells of new posts as they are published, and shows them when it is asked to', async () => {
    await publish(ada, 'Here at once?');
    const bar = bob.getByRole('button', { name: 'Show 1 new post' });
    await bar.waitFor();
    expect(await post(bob, 'Here at once?').count()).toBe(0);
    await bar.click();
    expect(await bob.locator('main .post .text').first().innerText()).toBe('Here at once?');
  });

  it('asks for what is new where there is no stream', async () => {
    const carol = await world.visitor();
    await carol.route('**/v1/streams/public', (route) => route.fulfill({ status: 404, body: '{}' }));
    await carol.clock.install();
    world.expectAnswer(404);
    await carol.goto('/app');
    await post(carol, 'Here at once?').waitFor();
    await publish(ada, 'Found by asking');
    await carol.clock.fastForward(11_000);
    await carol.getByRole('button', { name: 'Show 1 new post' }).click();
    await post(carol, 'Found by asking').waitFor();
    await carol.context().close();
  });

  it('scrolls to the end without gaps or repeats, while others publish', async () => {
    const page = await world.visitor();
    await page.goto('/app');
    await page.locator('main .post').first().waitFor();
    const [newest] = await grace.walk('/v1/timelines/all');
    await publish(ada, 'In the middle of it');
    const last = post(page, 'Number 1 of Grace');
    for (let turn = 0; turn < 30 && !(await last.isVisible()); turn += 1) {
      await page.mouse.wheel(0, 2_000);
      await listsRead(page);
    }
    const all = (await grace.walk('/v1/timelines/all')).map(({ id }) => id);
    expect(await idsOn(page)).toEqual(all.slice(all.indexOf(newest!.id)));
    await page.getByRole('button', { name: 'Show 1 new post' }).click();
    expect(await idsOn(page)).toEqual(all);
    await page.context().close();
  });

  it('finds a list as it was left, when one goes back', async () => {
    const page = await world.visitor();
    await page.goto('/app/#/search?q=grace');
    const old = post(page, 'Number 20 of Grace');
    for (let turn = 0; turn < 20 && !(await old.isVisible()); turn += 1) {
      await page.evaluate('scrollTo(0, document.body.scrollHeight)');
      await listsRead(page);
    }
    await old.scrollIntoViewIfNeeded();
    const place = await old.boundingBox();
    await old.locator('.when').click();
    await page.getByRole('heading', { name: 'Post' }).waitFor();
    await page.goBack();
    await old.waitFor();
    expect(await old.boundingBox()).toEqual(place);
    expect(await page.evaluate('scrollY > 500')).toBe(true);
    await page.context().close();
  });

  it('shows the posts of chosen days', async () => {
    const today = new Date().toISOString().slice(0, 10);
    await ada.goto('/app/#/');
    await ada.getByText('Choose days').click();
    await ada.getByLabel('To').fill('2020-12-31');
    await ada.getByRole('button', { name: 'Show', exact: true }).click();
    await ada.getByText('Nothing was published then.').waitFor();
    await ada.getByLabel('From').fill(today);
    await ada.getByRole('button', { name: 'Show', exact: true }).click();
    await ada.getByText('The first day is after the last one.').waitFor();
    await ada.getByLabel('To').fill(today);
    await ada.getByRole('button', { name: 'Show', exact: true }).click();
    await post(ada, 'The engine weaves.').waitFor();
    expect(new URL(ada.url()).hash).toBe(`#/?since=${today}&until=${today}`);
    await ada.getByRole('link', { name: 'All days' }).click();
    await composer(ada).waitFor();
  });

  it('shows five posts of a person, and more when it is asked to', async () => {
    await ada.goto('/app/#/users/Grace');
    await ada.getByRole('heading', { level: 1, name: 'Grace Hopper' }).waitFor();
    const posts = ada.locator('main .post');
    await posts.nth(4).waitFor();
    expect(await posts.count()).toBe(5);
    await ada.locator('main').getByRole('button', { name: 'Show more' }).click();
    await posts.nth(9).waitFor();
    expect(await posts.count()).toBe(10);
  });

  it('reposts, quotes and replies, of which the author is told', async () => {
    await bob.goto('/app/#/users/ada');
    const subject = post(bob, 'The engine weaves.');
    await subject.getByRole('button', { name: /^Repost/ }).click();
    await subject.getByRole('button', { name: 'Repost (1 repost)', pressed: true }).waitFor();
    await inDialog('Quote', 'Look at this');
    await inDialog('Reply', 'How does it work?');
    await subject.getByRole('button', { name: 'Quote (1 quote)' }).waitFor();
    await subject.locator('.when').click();
    await post(bob, 'How does it work?').waitFor();
    await bob.locator('main').getByRole('link', { name: 'Quotes' }).click();
    await post(bob, 'Look at this').locator('blockquote', { hasText: 'The engine weaves.' }).waitFor();
    await bob.goto('/app/#/users/bob?view=with-replies');
    await post(bob, 'How does it work?').getByText('Replying to Ada').waitFor();

    const menu = ada.getByRole('navigation', { name: 'Main' });
    await menu.getByText('4 unread').waitFor();
    await menu.getByRole('link', { name: 'Notifications' }).click();
    await ada.locator('.notification').nth(3).waitFor();
    expect(await ada.locator('.notification > .body > p').allInnerTexts()).toEqual([
      expect.stringContaining('Bob replied to you'),
      expect.stringContaining('Bob quoted you'),
      expect.stringContaining('Bob reposted you'),
      expect.stringContaining('Bob follows you'),
    ]);
    await ada.getByRole('button', { name: 'Mark all as read' }).click();
    await menu.getByText('unread').waitFor({ state: 'detached' });
    expect(await ada.locator('.unread').count()).toBe(0);

    async function inDialog(what: string, text: string): Promise<void> {
      await subject.getByRole('button', { name: new RegExp(`^${what}`) }).click();
      const dialog = bob.getByRole('dialog', { name: what });
      await dialog.getByRole('textbox').fill(text);
      await dialog.getByRole('button', { name: 'Publish' }).click();
      await dialog.waitFor({ state: 'detached' });
    }
  });

  it('finds posts by words and people by the beginning of their names', async () => {
    await ada.goto('/app/#/search');
    await ada.locator('main').getByRole('searchbox').fill('engine weav*');
    await ada.keyboard.press('Enter');
    await post(ada, 'The engine weaves.').waitFor();
    await ada.goto('/app/#/search?q=gra');
    await ada.getByText('Nothing is found for "gra".').waitFor();
    await ada.getByRole('link', { name: 'People' }).click();
    await ada.locator('main').getByText('Grace Hopper').waitFor();
  });

  it('needs no pointer', async () => {
    await ada.goto('/app/#/');
    await ada.reload();
    await composer(ada).waitFor();
    await ada.keyboard.press('Tab');
    expect(await focused(ada)).toBe('Skip to the content');
    await ada.keyboard.press('Enter');
    const label = 'New post';
    for (let step = 0; step < 20 && (await focused(ada)) !== label; step += 1)
      await ada.keyboard.press('Tab');
    await ada.keyboard.type('Written by keys alone');
    await ada.keyboard.press('Tab');
    expect(await focused(ada)).toBe('Publish');
    expect(await ada.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await ada.keyboard.press('Enter');
    await post(ada, 'Written by keys alone').waitFor();
  });

  it('shows what people write as it is, whatever it is', async () => {
    const mallory = await world.person('mallory', { displayName: '<b>Mallory</b>' });
    const text = `${MARKUP} @Ada javascript:alert(3) https://example.org/?a=b&c="d". &lt;`;
    const { id } = await mallory.publish(text);
    await ada.goto(`/app/#/posts/${id}`);
    const shown = ada.locator('main .in-full');
    expect(await shown.locator('.text').innerText()).toBe(text);
    expect(await shown.locator('.name strong').innerText()).toBe('<b>Mallory</b>');
    expect((await shown.locator('.text').innerHTML()).match(/<[^/].*?>/g)).toEqual([
      '<a href="#/users/Ada">',
      '<a href="https://example.org/?a=b&amp;c=" target="_blank" rel="noopener noreferrer nofollow ugc">',
    ]);
    // Not even its own scripts could make markup of text.
    const attempt = "try { document.body.innerHTML = '<b>x</b>'; } catch (error) { error.name; }";
    expect(await ada.evaluate(attempt)).toBe('TypeError');
    expect(world.faultsSeen()).toEqual([expect.stringContaining("requires 'TrustedHTML' assignment")]);
  });

  it('fits on a phone', async () => {
    const { id } = await grace.publish(`${'W'.repeat(200)} https://example.org/${'w'.repeat(200)}`);
    const page = await world.loggedIn('grace', PHONE);
    for (const path of VIEWS(id)) {
      await page.goto(`/app/#${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
      await listsRead(page);
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 390]);
    }
    await page.context().close();
  });

  const composer = (page: Page): Locator => page.getByRole('textbox', { name: 'New post' });
  const post = (page: Page, text: string): Locator =>
    page.locator('main .post', { has: page.locator(`.text:text-is("${text}")`) }).first();
  const listsRead = (page: Page): Promise<void> =>
    page.locator('main [aria-busy]').waitFor({ state: 'detached' });
  const idsOn = async (page: Page): Promise<(string | null)[]> =>
    Promise.all((await page.locator('main [data-item]').all()).map((card) => card.getAttribute('data-item')));
  const focused = (page: Page): Promise<string> =>
    page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent');

  async function publish(page: Page, text: string): Promise<void> {
    await page.goto('/app/#/');
    await composer(page).fill(text);
    await page.getByRole('button', { name: 'Publish' }).click();
    await post(page, text).waitFor();
  }
});

const VIEWS = (postId: string): string[] => [
  '/',
  '/following',
  `/posts/${postId}`,
  '/users/grace',
  '/users/grace/followers',
  '/search?q=grace',
  '/search',
  '/notifications',
  '/login',
  '/register',
];
