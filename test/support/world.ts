import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { readConfig } from '../../src/config.js';
import { EventRelay } from '../../src/events/event-relay.js';
import { createServer } from '../../src/http/server.js';
import { Client } from './client.js';
import { mongoUri, startRedis } from './engines.js';
import { createDatabase } from './mongo.js';

/** A running Posterr of its own, reached over real HTTP. */
export class World {
  /** The engines of the worlds that are started from now on. */
  static profile: 'embedded' | 'standard' = 'embedded';

  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    private readonly engines: Engines,
  ) {}

  /** `settings` are environment variables; limits are lifted unless they say otherwise. */
  static async start(settings: Record<string, string> = {}): Promise<World> {
    return World.on(
      World.profile === 'standard' ? await standardEngines() : await embeddedEngines(),
      settings,
    );
  }

  /** Another server on the same engines; stop it first. */
  async another(): Promise<World> {
    return World.on({ settings: this.engines.settings, remove: () => Promise.resolve() }, {});
  }

  private static async on(engines: Engines, settings: Record<string, string>): Promise<World> {
    const config = readConfig({
      ...engines.settings,
      PORT: '0',
      LOG_LEVEL: 'silent',
      POSTS_PER_DAY: '0',
      RATE_LIMIT_PER_MINUTE: '0',
      ...settings,
    });
    const app = await createServer(await AppModule.for(config), config);
    await app.listen(0, '127.0.0.1');
    return new World(app, await app.getUrl(), engines);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.engines.remove();
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

interface Engines {
  readonly settings: Record<string, string>;
  readonly remove: () => Promise<void>;
}

async function embeddedEngines(): Promise<Engines> {
  const dir = await mkdtemp(path.join(tmpdir(), 'posterr-'));
  return { settings: { DATA_DIR: dir }, remove: () => rm(dir, { recursive: true }) };
}

/** A database and a Redis of one's own. */
async function standardEngines(): Promise<Engines> {
  const [database, redis] = await Promise.all([createDatabase(mongoUri ?? ''), startRedis()]);
  return {
    settings: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      // A development server takes longer, and tests ask for much at once.
      DATABASE_TIMEOUT_MS: '10000',
    },
    remove: async () => {
      await Promise.all([database.remove(), redis.stop()]);
    },
  };
}
