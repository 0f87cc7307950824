import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { BrowserWorld, expectNoFaults } from '../support/browser.js';
import { PASSWORD } from '../support/client.js';
import { describeWith } from '../support/engines.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};
/** The shortest life that an access token can have. */
const TOKEN_SECONDS = 10;

describeWith('Chromium', 'the web app on another host', () => {
  let world: BrowserWorld;
  let host: Server;
  let origin: string;

  beforeAll(async () => {
    world = await BrowserWorld.start({ ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS), WEB_APP: 'false' });
    host = createServer((request, response) => {
      const name = request.url === '/' ? 'index.html' : (request.url ?? '');
      const file = readFileSync(path.join('examples/web', name), 'utf8');
      response.setHeader('Content-Type', TYPES[path.extname(name)] ?? 'text/plain');
      response.setHeader('Content-Security-Policy', policy());
      response.end(
        file.replace('name="posterr-api" content=""', `name="posterr-api" content="${world.url}"`),
      );
    });
    host.listen(0, '127.0.0.1');
    await once(host, 'listening');
    origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    world.allowOrigin(origin);
  });
  afterAll(async () => {
    await world.stop();
    host.close();
  });
  expectNoFaults(() => world);

  it('needs nothing but the address of Posterr, and goes on when tokens and streams end', async () => {
    const ada = await world.person('Ada');
    const page = await world.visitor();
    const streams: Record<string, string>[] = [];
    page.on('request', (request) => {
      if (request.method() === 'GET' && request.url().endsWith('/v1/stream')) streams.push(request.headers());
    });
    await page.goto(`${origin}/#/register`);
    await page.getByLabel('Username').fill('Bob');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('textbox', { name: 'New post' }).fill('From another host');
    await page.locator('main').getByRole('button', { name: 'Publish' }).click();
    await page.locator('main .post').getByText('From another host').waitFor();

    await page.goto(`${origin}/#/users/ada`);
    await page.locator('.profile').getByRole('button', { name: 'Follow Ada' }).click();
    await page.locator('.profile').getByRole('button', { name: 'Unfollow Ada' }).waitFor();
    await page.goto(`${origin}/#/following`);
    await page.getByText('Nothing here.').waitFor();
    await ada.publish('Before the end');
    await page.getByRole('button', { name: 'Show 1 new post' }).click();
    await page.waitForRequest((request) => 'last-event-id' in request.headers(), { timeout: 20_000 });
    await (await world.logIn('Ada')).publish('After the end');
    await page.getByRole('button', { name: 'Show 1 new post' }).click();
    expect(await page.locator('main .post .text').allInnerTexts()).toEqual([
      'After the end',
      'Before the end',
    ]);
    expect(streams.at(-1)?.['authorization']).not.toBe(streams[0]?.['authorization']);
    await page.context().close();
  });

  /** The example of the README. */
  function policy(): string {
    const readme = readFileSync('examples/web/README.md', 'utf8');
    const header = /^Content-Security-Policy: (.*)$/m.exec(readme)?.[1] ?? '';
    return header.replace('https://posterr.example', world.url);
  }
});
