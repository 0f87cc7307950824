import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { type HttpApp, problem, startHttpApp } from '../../test/support/http-app.js';
import { Authenticated } from './current-user.js';
import { Optional } from './validation.js';

class ThingBody {
  @IsString()
  @MinLength(2)
  @MaxLength(5)
  text!: string;

  @Optional()
  @IsIn(['red', 'blue'])
  colour?: string;
}

class ThingQuery {
  @Optional()
  @IsIn(['full', 'short'])
  view?: string;
}

@Controller('v1/things')
class ThingsController {
  @Get()
  list(@Query() query: ThingQuery): object {
    return { query };
  }

  @Post()
  @Authenticated()
  make(@Body() body: ThingBody): object {
    return body;
  }

  @Post('anything')
  @HttpCode(200)
  anything(@Body() body: unknown): object {
    return { body: body ?? 'none' };
  }
}

let app: HttpApp;
beforeAll(async () => {
  app = await startHttpApp([ThingsController]);
});
afterAll(() => app.close());

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
  app.get(path, 'ada', { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } });

describe('a body', () => {
  it.each([
    ['{}', [['/text', 'missing']]],
    ['{"text":1}', [['/text', 'wrong-type']]],
    ['{"text":null}', [['/text', 'wrong-type']]],
    ['{"text":"x"}', [['/text', 'too-short']]],
    ['{"text":"xxxxxx"}', [['/text', 'too-long']]],
    ['{"text":"xxx","colour":null}', [['/colour', 'not-allowed']]],
    ['{"text":"xxx","colour":"green"}', [['/colour', 'not-allowed']]],
    ['{"text":"xxx","a/b~c":1}', [['/a~1b~0c', 'unknown-field']]],
    ['{"text":"xxx","constructor":1}', [['/constructor', 'unknown-field']]],
    ['{"text":"xxx","constructor":{"name":"x"}}', [['/constructor', 'unknown-field']]],
    ['{"text":"xxx","hasOwnProperty":1}', [['/hasOwnProperty', 'unknown-field']]],
    [
      '{"text":"xxx","toString":1,"valueOf":2}',
      [
        ['/toString', 'unknown-field'],
        ['/valueOf', 'unknown-field'],
      ],
    ],
    [
      '{"text":{},"__defineGetter__":1}',
      [
        ['/text', 'wrong-type'],
        ['/__defineGetter__', 'unknown-field'],
      ],
    ],
    ['[]', [['', 'wrong-type']]],
    ['null', [['', 'wrong-type']]],
    ['"text"', [['', 'wrong-type']]],
    ['', [['', 'missing']]],
  ])('%s is refused with pointers', async (body, faults) => {
    const { status, code, errors } = await problem(await post('/v1/things', body));
    expect([status, code]).toEqual([422, 'validation-failed']);
    expect(errors?.map((fault) => [fault.pointer, fault.code])).toEqual(faults);
  });

  it('of very many unknown fields is not answered with as many faults', async () => {
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`f${n}`, 1]));
    const { errors } = await problem(await post('/v1/things', JSON.stringify(fields)));
    expect(errors).toHaveLength(50);
  });

  it.each([
    ['half a document', '{"text":', 400, 'malformed-request'],
    ['only white space', '   ', 400, 'malformed-request'],
    ['two documents', '{"text":"xxx"}{}', 400, 'malformed-request'],
    ['__proto__', '{"text":"xxx","__proto__":{"a":1}}', 400, 'malformed-request'],
    ['constructor.prototype', '{"text":"xxx","constructor":{"prototype":{}}}', 400, 'malformed-request'],
    ['bytes that are no UTF-8', Buffer.from('{"text":"\xff\xfe\xfd"}', 'latin1'), 400, 'malformed-request'],
    ['65,537 bytes', JSON.stringify({ text: 'x'.repeat(65_526) }), 413, 'payload-too-large'],
    ['65,536 bytes', JSON.stringify({ text: 'x'.repeat(65_525) }), 422, 'validation-failed'],
    ['30,000 levels', `{"text":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 422, 'validation-failed'],
  ])('of %s is refused', async (_, body, status, code) => {
    expect(await problem(await post('/v1/things', body))).toMatchObject({ status, code });
  });

  it.each([
    [{ 'Content-Type': 'text/plain' }],
    [{ 'Content-Type': 'application/x-www-form-urlencoded' }],
    [{ 'Content-Type': 'application/jsonx' }],
    [{ 'Content-Type': 'application/json; charset=utf-16' }],
    [{ 'Content-Type': 'application/json;charset="iso-8859-1"' }],
    [{ 'Content-Encoding': 'gzip' }],
  ])('that is something else is refused: %j', async (headers) => {
    const answer = await post('/v1/things', '{"text":"xxx"}', headers);
    expect(await problem(answer)).toMatchObject({ status: 415, code: 'unsupported-media-type' });
  });

  it.each(['application/json;charset=UTF-8', 'application/json; charset="utf-8"', 'APPLICATION/JSON'])(
    'of type %s is read',
    async (type) => {
      const answer = await post('/v1/things', '{"text":"ÄÖÜ"}', { 'Content-Type': type });
      expect([answer.status, await answer.json()]).toEqual([201, { text: 'ÄÖÜ' }]);
    },
  );

  it('of no bytes is none', async () => {
    expect(await (await post('/v1/things/anything', '')).json()).toEqual({ body: 'none' });
    expect(await (await app.get('/v1/things/anything', 'ada', { method: 'POST' })).json()).toEqual({
      body: 'none',
    });
  });
});

describe('a query', () => {
  it.each([
    ['view=other', 'The parameter "view" must be one of the following values: full, short.'],
    ['view=full&view=short', 'The parameter "view" must be given once.'],
    ['view=', 'The parameter "view" must be one of the following values: full, short.'],
  ])('%s is refused in words that can be read', async (query, detail) => {
    const refused = await problem(await app.get(`/v1/things?${query}`));
    expect(refused).toMatchObject({ status: 400, code: 'invalid-parameter', detail, instance: '/v1/things' });
  });

  it.each([
    'other=1',
    'constructor=x',
    'constructor=x&constructor=y',
    '__proto__=x&__proto__=y',
    'toString=1&hasOwnProperty=2&then=3',
    'a[b]=1',
    '%zz=%ff',
    '&&=&',
  ])('%s is nothing to us', async (query) => {
    const answer = await app.get(`/v1/things?view=full&${query}`);
    expect([answer.status, await answer.json()]).toEqual([200, { query: { view: 'full' } }]);
  });
});
