import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { Client, PASSWORD, type Tokens, type UserBody } from './client.js';
import { chromiumPath } from './engines.js';
import { ServerProcess } from './server-process.js';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // What looks for another host finds none.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
const WAIT_MS = 10_000;

/** A Posterr as it is built and shipped, and a browser. */
export class BrowserWorld {
  private readonly faults: string[] = [];
  private readonly expected = new Set<number>();
  private readonly origins: Set<string>;

  private constructor(
    private readonly server: ServerProcess,
    private readonly browser: Browser,
    private readonly dataDir: string,
  ) {
    this.origins = new Set([server.url]);
  }

  /** `settings` are environment variables. */
  static async start(settings: Record<string, string> = {}): Promise<BrowserWorld> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'posterr-'));
    const [server, browser] = await Promise.all([
      ServerProcess.start({ DATA_DIR: dataDir, LOG_LEVEL: 'warn', WEB_APP: 'true', ...settings }),
      chromium.launch({ executablePath: chromiumPath ?? '', args: ARGS }),
    ]);
    return new BrowserWorld(server, browser, dataDir);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.kill();
    await rm(this.dataDir, { recursive: true });
  }

  get url(): string {
    return this.server.url;
  }

  /** Registers a person over HTTP and answers their client. */
  person(username: string, more: { displayName?: string } = {}): Promise<Client> {
    return new Client(this.url).register(username, more);
  }

  /** Their client with new tokens. */
  async logIn(username: string): Promise<Client> {
    const answer = await new Client(this.url).post<{ user: UserBody; tokens: Tokens }>('/v1/auth/login', {
      username,
      password: PASSWORD,
    });
    return new Client(this.url, answer.body.user, answer.body.tokens);
  }

  /** A page in a browser profile of its own: nobody is logged in there. */
  async visitor(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ baseURL: this.url, ...options });
    context.setDefaultTimeout(WAIT_MS);
    context.on('page', (page) => this.watch(page));
    return context.newPage();
  }

  /** The same, after logging in to the web app. */
  async loggedIn(username: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.visitor(options);
    await page.goto('/app/#/login');
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('textbox', { name: 'New post' }).waitFor();
    return page;
  }

  /** The test makes Posterr answer so: that the browser's console tells of it is no fault. */
  expectAnswer(status: number): void {
    this.expected.add(status);
  }

  /** Another server of the test, which pages may reach. */
  allowOrigin(origin: string): void {
    this.origins.add(origin);
  }

  /** Errors on the console, errors of scripts, and requests to other hosts since it was last asked. */
  faultsSeen(): string[] {
    this.expected.clear();
    return this.faults.splice(0);
  }

  private watch(page: Page): void {
    page.on('pageerror', (error) => this.faults.push(`error in a script: ${error.message}`));
    page.on('console', (message) => {
      const status = Number(/^Failed to load resource: .* status of (\d+)/.exec(message.text())?.[1]);
      if (message.type() !== 'error' || this.expected.has(status)) return;
      this.faults.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!this.origins.has(url.origin) && url.protocol !== 'data:')
        this.faults.push(`request to ${url.href}`);
    });
  }
}

/** `describe` of stories in a browser, each of which fails when the browser has anything to complain of. */
export function expectNoFaults(world: () => BrowserWorld): void {
  afterEach(() => expect(world().faultsSeen()).toEqual([]));
}
