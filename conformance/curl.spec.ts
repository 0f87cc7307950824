import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { curlOf } from './curl.ts';
import type { Sent } from './wire.ts';

describe('the curl of a request', () => {
  const server = createServer();
  let url: string;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  /** What arrives when bash runs it. */
  const arrived = async (
    sent: Sent,
    env: Record<string, string> = {},
    secrets = {},
  ): Promise<[IncomingMessage, Buffer]> => {
    const got = new Promise<[IncomingMessage, Buffer]>((resolve, reject) => {
      server.once('request', (incoming, outgoing) => {
        buffer(incoming).then((body) => {
          outgoing.end();
          resolve([incoming, body]);
        }, reject);
      });
    });
    await promisify(execFile)('bash', ['-c', curlOf(url, sent, secrets)], {
      env: { PATH: process.env['PATH'], ...env },
    });
    return got;
  };

  it.each([
    [
      'plain',
      {
        method: 'PATCH',
        target: '/v1/me',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{"bio":"it\'s $HOME `x` \\\\"}'),
      },
    ],
    [
      'odd',
      {
        method: 'POST',
        target: "/v1/posts/'%20OR[1]/../x?a={b,c}&d=$(id)",
        headers: { 'x-odd': '\u00e9"\\', authorization: 'Bearer' },
        body: Buffer.from([0x22, 0xff, 0x0a, 0x27, 0x5c, 0x41]),
      },
    ],
    ['binary', { method: 'PUT', target: '/', headers: {}, body: Buffer.from('a\u0000b') }],
    [
      'long',
      { method: 'POST', target: '/', headers: { 'content-type': 'x' }, body: Buffer.alloc(70_000, 'x') },
    ],
  ] satisfies [string, Sent][])('sends the same: %s', async (_, sent) => {
    const [{ method, url: target, headers }, body] = await arrived(sent);
    expect([method, target, body]).toEqual([sent.method, sent.target, sent.body]);
    expect(headers).toMatchObject(sent.headers);
    expect(headers['content-type']).toBe((sent.headers as Record<string, string>)['content-type']);
  });

  it("leaves the operator's secrets to the shell", async () => {
    const sent = {
      method: 'POST',
      target: '/',
      headers: { authorization: 'Bearer abc' },
      body: Buffer.from('{"password":"p\\"w"}'),
    };
    const secrets = { ADMIN_TOKEN: 'abc', ADMIN_PASSWORD: 'p"w' };
    expect(curlOf(url, sent, secrets)).not.toMatch(/abc|p\\*"w/);
    const [{ headers }, body] = await arrived(sent, { ADMIN_TOKEN: 'abc', ADMIN_PASSWORD: 'other' }, secrets);
    expect([headers.authorization, body.toString()]).toEqual(['Bearer abc', '{"password":"other"}']);
  });
});
