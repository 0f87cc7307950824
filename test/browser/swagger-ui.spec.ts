import type { Locator, Page } from 'playwright-core';
import { BrowserWorld, expectNoFaults } from '../support/browser.js';
import { PASSWORD } from '../support/client.js';
import { describeWith } from '../support/engines.js';

describeWith('Chromium', 'Swagger UI', () => {
  let world: BrowserWorld;
  let page: Page;

  beforeAll(async () => {
    world = await BrowserWorld.start({ POSTS_PER_DAY: '5', RATE_LIMIT_PER_MINUTE: '300' });
    page = await world.visitor({ viewport: { width: 1280, height: 900 } });
    await page.goto('/docs');
    await page.getByText('Posterr is an open microblog backend').waitFor();
  });
  afterAll(() => world.stop());
  expectNoFaults(() => world);

  it('shows every operation, without asking any other host', async () => {
    const document = (await (await page.request.get('/openapi.json')).json()) as {
      paths: Record<string, object>;
    };
    const operations = Object.values(document.paths).flatMap((path) =>
      Object.keys(path).filter((key) => /^(?:get|post|put|patch|delete)$/.test(key)),
    );
    expect(await page.locator('.opblock').count()).toBe(operations.length);
  });

  it('lets people register and authorise', async () => {
    const registered = await execute('register', { username: 'Ada', password: PASSWORD });
    expect(await statusOf(registered)).toBe('201');
    const { tokens } = JSON.parse(await bodyOf(registered)) as { tokens: { accessToken: string } };

    await page.getByRole('button', { name: 'Authorize' }).first().click();
    const dialog = page.locator('.modal-ux');
    await dialog.locator('input').fill(tokens.accessToken);
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  it('lets them publish, with no key that was filled in for them', async () => {
    const published = await execute('publishPost', { text: 'Written in a browser' });
    expect(await statusOf(published)).toBe('201');
  });

  it('lets them read, with no filter or cursor that was filled in for them', async () => {
    const timeline = await execute('readAll');
    expect(await bodyOf(timeline)).toContain('Written in a browser');
  });

  it('shows a problem as what it is', async () => {
    world.expectAnswer(422);
    const refused = await execute('publishPost', { text: 'x'.repeat(778) });
    expect(await statusOf(refused)).toBe('422');
    expect(await bodyOf(refused)).toContain('"pointer": "/text"');
  });

  /** Opens an operation, tries it out, and answers where its answer stands. */
  async function execute(operationId: string, body?: object): Promise<Locator> {
    const operation = page.locator(`[id$="-${operationId}"]`);
    if (!(await operation.getByRole('button', { name: 'Execute' }).isVisible())) {
      await operation.locator('.opblock-summary-control').click();
    }
    const clear = operation.getByRole('button', { name: 'Clear' });
    if (await clear.isVisible()) await clear.click();
    if (body) await operation.locator('textarea').fill(JSON.stringify(body));
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table');
    await answer.locator('.response-col_status').last().waitFor();
    return answer;
  }

  const statusOf = async (answer: Locator): Promise<string> =>
    (await answer.locator('tbody .response-col_status').innerText()).trim().slice(0, 3);
  const bodyOf = (answer: Locator): Promise<string> =>
    answer.locator('.highlight-code code').first().innerText();
});
