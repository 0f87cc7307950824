import {
  createServer,
  IncomingMessage,
  type OutgoingHttpHeaders,
  request as send,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

/** A request on its way to the server. */
export interface Passing {
  method: string;
  url: string;
  readonly headers: Record<string, string | string[] | undefined>;
}

/** An answer on its way back. */
export interface Returning {
  status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** Of a JSON body: change it in place, or put another there. Of others their bytes, of a stream itself. */
  json: unknown;
}

/** How a proxy breaks one promise. */
export interface Breakage {
  readonly request?: (request: Passing) => void;
  readonly answer?: (answer: Returning, request: Passing) => void;
  /** Asks again with what `request` makes of it, where this says so of the first answer. */
  readonly again?: (answer: Returning, request: Passing) => boolean;
}

/** A thin proxy before a Posterr, which breaks a promise: the kit must see it. */
export class BreakingProxy {
  private readonly server: Server;
  private readonly port: number;
  breakage: Breakage = {};

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  static async before(url: string): Promise<BreakingProxy> {
    const server = createServer({ maxHeaderSize: 65_536, requireHostHeader: false });
    const proxy = new BreakingProxy(server, Number(new URL(url).port));
    server.on('request', (incoming, outgoing) => {
      proxy.pass(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = '', url = '', headers } = incoming;
    const passing: Passing = { method, url, headers: { ...headers } };
    const { request, answer, again } = this.breakage;
    if (request && !again) request(passing);
    let returning = await this.ask(passing, body);
    if (request && again?.(returning, passing)) {
      request(passing);
      returning = await this.ask(passing, body);
    }
    answer?.(returning, passing);
    const { status, json } = returning;
    if (json instanceof IncomingMessage) {
      // A stream has no end but that its reader goes.
      outgoing.writeHead(status, present(returning.headers)).on('close', () => json.destroy());
      json.pipe(outgoing);
      return;
    }
    const bytes = Buffer.isBuffer(json) ? json : Buffer.from(JSON.stringify(json));
    if (returning.headers['content-length'] !== undefined && method !== 'HEAD')
      returning.headers['content-length'] = String(bytes.length);
    outgoing.writeHead(status, present(returning.headers)).end(method === 'HEAD' ? undefined : bytes);
  }

  private async ask({ method, url, headers }: Passing, body: Buffer): Promise<Returning> {
    const asked = send({
      host: '127.0.0.1',
      port: this.port,
      method,
      path: url,
      headers: { ...present(headers), connection: 'close' },
    });
    // A body that is refused may not be read to its end.
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
    asked.end(body);
    const [incoming] = await answered;
    asked.on('error', () => undefined);
    const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = incoming.headers;
    if (kept['content-type']?.startsWith('text/event-stream') && method !== 'HEAD') {
      return { status: incoming.statusCode ?? 0, headers: kept, json: incoming };
    }
    const bytes = await buffer(incoming);
    const isJson = /json/.test(kept['content-type'] ?? '') && bytes.length > 0;
    return {
      status: incoming.statusCode ?? 0,
      headers: kept,
      json: isJson ? JSON.parse(bytes.toString()) : bytes,
    };
  }
}

function present(headers: Returning['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}
