import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { type HttpApp, startHttpApp } from '../../test/support/http-app.js';
import { SECOND } from '../shared/clock.js';

const HALF_A_BODY =
  'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"';

@Controller('v1/things')
class ThingsController {
  @Get()
  list(): object {
    return { things: [] };
  }

  @Post()
  make(@Body() body: object): object {
    return body;
  }

  @Post('slowly')
  async makeSlowly(): Promise<object> {
    await setTimeout(300);
    return {};
  }
}

let app: HttpApp;
beforeEach(async () => {
  app = await startHttpApp([ThingsController], { rateLimitPerMinute: 100 });
});
afterEach(() => app.close());

function send(bytes: string): ReturnType<typeof connect> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  return socket;
}

/** All that the server says until it closes the connection. */
async function say(bytes: string): Promise<string> {
  let heard = '';
  const socket = send(bytes).on('data', (data) => (heard += data.toString()));
  await once(socket, 'close');
  return heard;
}

describe('a request', () => {
  it('without a host is refused like all others', async () => {
    const answer = await say('GET /v1/things HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*\r\nratelimit: [^]*"code":"malformed-request"/);
    expect(await say('GET /v1/things HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('with two hosts is refused, whichever of them the next one would take', async () => {
    for (const second of ['Host: y', 'HOST: x', 'host:']) {
      const answer = await say(
        `GET /v1/things HTTP/1.1\r\nHost: x\r\n${second}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*"code":"malformed-request"/);
    }
  });

  it('with expectations of its own is answered all the same', async () => {
    const bytes = 'GET /v1/things HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n';
    expect(await say(bytes)).toMatch(/^HTTP\/1\.1 200 [^]*\r\nratelimit: /);
  });

  it('that does not arrive in time is told so before its connection ends', async () => {
    const server = app.nest.getHttpServer();
    // Node exchanges the first two where they are the other way round, and looks every five seconds.
    expect(server.headersTimeout).toBeLessThanOrEqual(server.requestTimeout);
    expect(server.timeout).toBeGreaterThan(server.requestTimeout + 5 * SECOND);
    server.headersTimeout = server.requestTimeout = 100;
    const answer = await say(HALF_A_BODY);
    expect(answer).toMatch(
      /^HTTP\/1\.1 408 [^]*Content-Type: application\/problem\+json\r\n[^]*"request-timeout"/,
    );
  }, 20_000);
});

describe('who does not wait for the answer', () => {
  it.each([
    ['while the body is read', HALF_A_BODY, '/v1/things'],
    [
      'while it is made',
      'POST /v1/things/slowly HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
      '/v1/things/slowly',
    ],
  ])('is counted once: %s', async (_, bytes, route) => {
    const socket = send(bytes);
    await setTimeout(100);
    socket.destroy();
    // Long enough for the handler to end, and to be counted again if that were so.
    await setTimeout(400);
    const counts = (await (await app.get('/metrics')).text())
      .split('\n')
      .filter((line) => line.startsWith('http_request_duration_seconds_count'));
    expect(counts).toEqual([
      `http_request_duration_seconds_count{method="POST",route="${route}",status="aborted"} 1`,
    ]);
  });
});
