import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServerProcess } from '../../../test/support/server-process.js';
import { PosterrClient, type PosterrOptions, type Session, type SessionStore } from '../src/main.js';
import { Front } from './front.js';

export const PASSWORD = 'correct horse';

/** A real Posterr, and what stands before it. */
export class World {
  private constructor(
    private readonly server: ServerProcess,
    readonly front: Front,
    private readonly folder: string,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<World> {
    const folder = mkdtempSync(path.join(tmpdir(), 'posterr-client-'));
    const server = await ServerProcess.start({ DATA_DIR: folder, ...environment });
    return new World(server, await Front.start(server.url), folder);
  }

  client(options: Partial<PosterrOptions> = {}): PosterrClient {
    return new PosterrClient({ baseUrl: this.front.url, ...options });
  }

  /** Somebody new, logged in. */
  async person(options: Partial<PosterrOptions> = {}): Promise<{ client: PosterrClient; username: string }> {
    const client = this.client(options);
    const { username } = await client.register({ username: randomUUID().slice(0, 8), password: PASSWORD });
    return { client, username };
  }

  async stop(): Promise<void> {
    await this.front.stop();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Keeps sessions as a program would, and can spoil them. */
export class Drawer implements SessionStore {
  session: Session | undefined;
  readonly saved: (Session | undefined)[] = [];

  async load(): Promise<Session | undefined> {
    return this.session;
  }

  async save(session: Session | undefined): Promise<void> {
    this.session = session;
    this.saved.push(session);
  }

  /** As after 15 minutes. */
  expire(): void {
    if (this.session) this.session = { ...this.session, expiresAt: Date.now() };
  }

  /** Posterr does not take the access token, though its time is not over. */
  spoil(): void {
    if (this.session) this.session = { ...this.session, accessToken: `${this.session.accessToken}x` };
  }
}

export const publish = async (client: PosterrClient, text: string): Promise<string> =>
  (await client.POST('/v1/posts', { body: { text } })).data.id;

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was not rejected.');
}
