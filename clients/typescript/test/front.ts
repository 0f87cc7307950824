import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `lost`: the request does not arrive. `unanswered`: it arrives, but its answer does not. Else a proxy's own answer. */
export type Fault =
  'lost' | 'unanswered' | { readonly status: number; readonly headers?: Record<string, string> };

/** Stands before Posterr as a load balancer does, and fails as one does. */
export class Front {
  /** Method and path of each request that came, in order. */
  readonly seen: string[] = [];
  /** Method and path of each answer that has begun to come, in order. */
  readonly answered: string[] = [];
  /** What befalls the next requests to a path, in order. */
  readonly faults = new Map<string, Fault[]>();
  private readonly open = new Set<ServerResponse>();

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async start(target: string): Promise<Front> {
    const server = createServer((incoming, outgoing) => front.take(incoming, outgoing));
    const front = new Front(server, target);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  count(seen: string): number {
    return this.seen.filter((one) => one === seen).length;
  }

  /** Forgets what came before. */
  forget(): void {
    this.seen.length = 0;
    this.answered.length = 0;
    this.faults.clear();
  }

  /** Cuts off whatever is being answered: streams. */
  cut(): void {
    for (const outgoing of this.open) outgoing.destroy();
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const [path = ''] = (incoming.url ?? '').split('?');
    this.seen.push(`${incoming.method} ${path}`);
    const fault = this.faults.get(path)?.shift();
    if (fault === 'lost') {
      outgoing.destroy();
    } else if (fault === undefined || fault === 'unanswered') {
      this.forward(incoming, outgoing, fault === 'unanswered');
    } else {
      incoming.resume();
      outgoing
        .writeHead(fault.status, { 'Content-Type': 'text/html', ...fault.headers })
        .end('<h1>Not now</h1>');
    }
  }

  private forward(incoming: IncomingMessage, outgoing: ServerResponse, unanswered: boolean): void {
    const { method, headers } = incoming;
    const onward = request(`${this.target}${incoming.url}`, { method, headers }, (answer) => {
      if (unanswered) {
        answer.resume().once('end', () => outgoing.destroy());
        return;
      }
      this.open.add(outgoing);
      outgoing.once('close', () => {
        this.open.delete(outgoing);
        answer.destroy();
      });
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.once('data', () => this.answered.push(`${method} ${incoming.url}`));
      answer.pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }
}
