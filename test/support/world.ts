import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { readConfig } from '../../src/config.js';
import { EventRelay } from '../../src/events/event-relay.js';
import { createServer } from '../../src/http/server.js';
import { Client } from './client.js';
import { createDatabase, type TestDatabase } from './mongo.js';

/** The URL of the Mongo server when the stories are told on the standard profile. */
const MONGODB_URI = process.env['STORIES_ON'] === 'standard' ? process.env['MONGODB_URI'] : undefined;

/** A running Posterr of its own, reached over real HTTP. */
export class World {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    private readonly dir: string,
    private readonly database: TestDatabase | undefined,
  ) {}

  /** `settings` are environment variables; limits are lifted unless they say otherwise. */
  static async start(settings: Record<string, string> = {}): Promise<World> {
    const dir = await mkdtemp(path.join(tmpdir(), 'posterr-'));
    const database = MONGODB_URI === undefined ? undefined : await createDatabase(MONGODB_URI);
    const config = readConfig({
      ...(database && { DATABASE_URL: database.url }),
      DATA_DIR: dir,
      PORT: '0',
      LOG_LEVEL: 'silent',
      POSTS_PER_DAY: '0',
      RATE_LIMIT_PER_MINUTE: '0',
      ...settings,
    });
    const app = await createServer(await AppModule.for(config), config);
    await app.listen(0, '127.0.0.1');
    return new World(app, await app.getUrl(), dir, database);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await rm(this.dir, { recursive: true });
    await this.database?.remove();
  }

  /** Somebody who is not logged in. */
  anonymous(): Client {
    return new Client(this.url);
  }

  /** Registers a person and answers their client. */
  async person(username: string, more: { displayName?: string } = {}): Promise<Client> {
    return this.anonymous().register(username, more);
  }

  /** Waits until what was written so far had its effects: notifications are there. */
  async settle(): Promise<void> {
    await this.app.get(EventRelay).settle();
  }
}
