import { connect } from 'node:net';
import { Controller, Get, Post } from '@nestjs/common';
import { ADA, GRACE, type HttpApp, startHttpApp } from '../../test/support/http-app.js';
import {
  type Actor,
  AdminOnly,
  Authenticated,
  CurrentUser,
  OptionallyAuthenticated,
  Reader,
} from './current-user.js';

@Controller('who')
class WhoController {
  @Get('needed')
  @Authenticated()
  needed(@CurrentUser() actor: Actor): object {
    return actor;
  }

  @Post('needed')
  @Authenticated()
  posted(@CurrentUser() actor: Actor): object {
    return actor;
  }

  @Get('optional')
  @OptionallyAuthenticated()
  optional(@Reader() readerId?: string): object {
    return { readerId };
  }

  @Get('admin')
  @AdminOnly()
  admin(@CurrentUser() { id }: Actor): object {
    return { id };
  }
}

let app: HttpApp;
beforeAll(async () => {
  app = await startHttpApp([WhoController]);
});
afterAll(() => app.close());

async function refusal(path: string, init: RequestInit = {}): Promise<string> {
  const answer = await app.get(path, undefined, init);
  const { code } = (await answer.json()) as { code?: string };
  return `${answer.status} ${code} ${answer.headers.get('WWW-Authenticate')}`;
}

const BAD = '401 invalid-token Bearer realm="posterr", error="invalid_token"';

it('names the bearer of the token', async () => {
  expect(await (await app.get('/who/needed', 'ada')).json()).toMatchObject({ id: ADA, roles: [] });
  expect(await (await app.get('/who/optional', 'ada')).json()).toEqual({ readerId: ADA });
  expect(await (await app.get('/who/optional')).json()).toEqual({});
});

it.each(['bearer ada', 'BEARER ada', 'Bearer   ada'])('takes "%s"', async (Authorization) => {
  const answer = await app.get('/who/needed', undefined, { headers: { Authorization } });
  expect(answer.status).toBe(200);
});

it('does not mix up requests that are answered at once', async () => {
  const names = Array.from({ length: 60 }, (_, index) => [undefined, 'ada', 'grace'][index % 3]);
  const answers = await Promise.all(
    names.map(
      async (name) => (await app.get('/who/optional', name)).json() as Promise<{ readerId?: string }>,
    ),
  );
  const expected = { ada: ADA, grace: GRACE } as Record<string, string>;
  expect(answers.map(({ readerId }) => readerId)).toEqual(names.map((name) => name && expected[name]));
});

it('asks for a token where one is needed, without an error code', async () => {
  for (const path of ['/who/needed', '/who/admin'])
    expect(await refusal(path)).toBe('401 invalid-token Bearer realm="posterr"');
});

it.each(['/who/needed', '/who/optional', '/who/admin', '/unknown', '/health/live', '/openapi.json'])(
  'refuses a bad token everywhere: %s',
  async (path) => {
    for (const Authorization of [
      'Bearer nobody',
      'Bearer',
      'Bearer ',
      'Basic YWRhOmFkYQ==',
      'ada',
      'Bearer ada grace',
      'Bearer ad\u00e1',
    ])
      expect(await refusal(path, { headers: { Authorization } })).toBe(BAD);
  },
);

it('refuses an empty Authorization header', async () => {
  expect(await refusal('/who/optional', { headers: { Authorization: '' } })).toBe(BAD);
});

it('refuses a bad token before the body is read', async () => {
  const { hostname, port } = new URL(app.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        'POST /who/needed HTTP/1.1\r\nHost: posterr\r\nAuthorization: Bearer nobody\r\n' +
          'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"never',
      );
    });
    socket.on('error', reject).setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
});

it('answers 503 when the token cannot be judged now, and not that it is bad', async () => {
  expect(await refusal('/who/optional', { headers: { Authorization: 'Bearer down' } })).toBe(
    '503 service-unavailable null',
  );
});

it('lets only admins in where only they may', async () => {
  expect(await (await app.get('/who/admin', 'grace')).json()).toEqual({ id: GRACE });
  const refused = await app.get('/who/admin', 'ada');
  expect(refused.status).toBe(403);
});
