import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { BadRequestException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ConnectionError } from 'fastify';
import { failureOf, problemOf } from './problem-filter.js';

/**
 * Replaces a URL whose path cannot be decoded by one that can: the router answers such a request past all hooks, so
 * without limits, request id and log. `registerRequestCheck` refuses it in its turn. The router does the same with the `*`
 * of `OPTIONS *`.
 */
export function decodableUrl({ url = '/' }: IncomingMessage): string {
  if (url === '*') return '/*';
  return isDecodable(url) ? url : url.replaceAll('%', '%25');
}

/**
 * Refuses paths that cannot be decoded, and requests that do not name their host once (RFC 9112, 3.2). Register it after
 * the authentication and the throttling.
 */
export function registerRequestCheck(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preParsing', ({ originalUrl, url, headers, raw }, _reply, payload, done) => {
    const isHostMissing = headers.host === undefined && raw.httpVersion === '1.1';
    // Both URLs are the same string but for the replaced ones.
    const isReplaced = originalUrl !== url && originalUrl !== '*';
    if (isReplaced || isHostMissing || isHostRepeated(raw)) done(new BadRequestException());
    else done(null, payload);
  });
}

/** Node takes the first one, and what is before Posterr may take another. */
function isHostRepeated({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = rawHeaders[n];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

function isDecodable(url: string): boolean {
  if (!url.includes('%')) return true;
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}

const STATUS_OF_FAULT: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers what is not even HTTP, or arrives too slowly: there is no request to speak of, only a connection. */
export function answerConnectionFault({ code }: ConnectionError, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_FAULT[code] ?? 400;
  const failure = failureOf(Object.assign(new Error(), { statusCode: status }));
  // The empty reference (RFC 3986, 4.4) means whatever was asked for.
  const problem = problemOf(failure, { id: randomUUID(), originalUrl: '' });
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${problem.requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
