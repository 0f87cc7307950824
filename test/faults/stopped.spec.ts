import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from '../support/client.js';
import { ServerProcess } from '../support/server-process.js';

describe('a server that is asked to stop', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'posterr-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('fails readiness first, serves meanwhile, finishes what is under way, and exits with 0', async () => {
    const server = await ServerProcess.start({ DATA_DIR: dir, DRAIN_SECONDS: '1' });
    const ada = await new Client(server.url).register('ada');
    const answers: number[] = [];
    let stopping: Promise<number | null> | undefined;
    for (let n = 0; n < 40 && answers.length === n; n += 1) {
      if (n === 5) stopping = server.stop();
      try {
        answers.push((await ada.post('/v1/posts', { text: `${n}` })).status);
      } catch {
        break;
      }
      if (n === 8) expect((await ada.get('/health/ready')).status).toBe(503);
      if (n === 8) expect((await ada.get('/health/live')).status).toBe(200);
      await setTimeout(20);
    }
    expect(answers.length).toBeGreaterThan(20);
    expect(new Set(answers)).toEqual(new Set([201]));
    expect(await stopping).toBe(0);

    const again = await ServerProcess.start({ DATA_DIR: dir });
    const posts = await new Client(again.url, ada.user, ada.tokens).walk('/v1/users/ada/posts?limit=100');
    expect(posts.length).toBeGreaterThanOrEqual(answers.length);
    expect(await again.stop()).toBe(0);
  });

  it('logs one JSON line a request, without secrets', async () => {
    const server = await ServerProcess.start({ DATA_DIR: dir });
    const ada = await new Client(server.url).register('ada');
    await ada.send('GET', '/v1/me?secret=x', {
      headers: { 'x-request-id': 'mine', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    await server.stop();
    const lines = server.output
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as object);
    expect(lines.filter((line) => 'requestId' in line && line.requestId === 'mine')).toEqual([
      expect.objectContaining({
        method: 'GET',
        route: '/v1/me',
        status: 200,
        durationMs: expect.any(Number),
        userId: ada.user?.id,
        traceId: 'a'.repeat(32),
      }),
    ]);
    const all = server.output.join('\n');
    for (const secret of [ada.tokens?.accessToken, ada.tokens?.refreshToken, 'correct horse', 'secret=x']) {
      expect(all).not.toContain(secret);
    }
  });

  it('starts only with a configuration that it understands, and says in one line what is wrong', async () => {
    await expect(ServerProcess.start({ DATA_DIR: dir, PORT: 'http' })).rejects.toThrow(
      /ended with 1: Posterr did not start\. PORT cannot be "http": it must be a whole number from 0 to 65535\.\n$/,
    );
  });

  it('says which port is taken', async () => {
    const server = await ServerProcess.start({ DATA_DIR: dir });
    const { port } = new URL(server.url);
    await expect(ServerProcess.start({ DATA_DIR: dir, PORT: port })).rejects.toThrow(
      /ended with 1: .*EADDRINUSE/s,
    );
    expect(await server.stop()).toBe(0);
  });
});
