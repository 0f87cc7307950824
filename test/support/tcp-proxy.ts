import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './redis-process.js';

/** Stands on 127.0.0.1 between a client and a server, and fails as a network does. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [client: Socket, server: Socket]>();
  private listener: Server | undefined;
  private paused = false;

  private constructor(
    /** Where clients reach the server; the same for the proxy's whole life. */
    readonly port: number,
    private readonly target: { readonly port: number; readonly host: string },
  ) {}

  /** Stands before the server that listens at `port` of `host`, and forwards. */
  static async start(port: number, host = '127.0.0.1'): Promise<TcpProxy> {
    const proxy = new TcpProxy(await freePort(), { port, host });
    await proxy.restore();
    return proxy;
  }

  /** Connections, new ones too, stay open, but nothing gets through either way, ends and losses included. */
  pause(): void {
    this.paused = true;
    for (const [client, server] of this.pairs) {
      client.unpipe(server);
      server.unpipe(client);
    }
  }

  /** What has come meanwhile gets through, and everything after it. */
  resume(): void {
    this.paused = false;
    for (const pair of this.pairs) forward(pair);
  }

  /** Resets all connections, and refuses new ones until `restore`. */
  async cut(): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    const closed = listener && once(listener, 'close');
    listener?.close();
    for (const pair of this.pairs) for (const socket of pair) socket.resetAndDestroy();
    await closed;
  }

  /** Takes connections again after `cut`. */
  async restore(): Promise<void> {
    if (this.listener) return;
    // Each side may end on its own: the other end is told, and may still speak.
    this.listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
      this.join(client),
    );
    this.listener.listen(this.port, '127.0.0.1');
    await once(this.listener, 'listening');
  }

  /** Ends it and all its connections. */
  async close(): Promise<void> {
    await this.cut();
  }

  private join(client: Socket): void {
    const server = connect({ ...this.target, allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const [socket, other] of [pair, [server, client] as const]) {
      // A side that is lost is lost to the other one too.
      socket.on('error', () => other.resetAndDestroy());
      socket.on('close', () => {
        if (client.closed && server.closed) this.pairs.delete(pair);
      });
    }
    if (!this.paused) forward(pair);
  }
}

function forward([client, server]: readonly [Socket, Socket]): void {
  client.pipe(server);
  server.pipe(client);
}
