import { Agent, type IncomingMessage, request as overHttp } from 'node:http';
import { Agent as TlsAgent, request as overHttps } from 'node:https';
import { ConformanceError } from './settings.ts';

/** A request as it goes out: nothing is corrected on the way. */
export interface Sent {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of an answer whose type is JSON; undefined where it is not, or cannot be read. */
  readonly json: unknown;
}

const TIMEOUT_MS = 30_000;

/** Sends requests over kept connections. */
export class Wire {
  private readonly url: URL;
  private readonly agent: Agent | TlsAgent;

  constructor(url: string, concurrency: number) {
    this.url = new URL(url);
    const options = { keepAlive: true, maxSockets: concurrency * 4 };
    this.agent = this.url.protocol === 'https:' ? new TlsAgent(options) : new Agent(options);
  }

  close(): void {
    this.agent.destroy();
  }

  /** @throws ConformanceError when there is no answer */
  async send(sent: Sent): Promise<Answer> {
    try {
      return await this.once(sent);
    } catch (error) {
      // A kept connection may end in the moment in which it is used.
      if ((error as NodeJS.ErrnoException).code === 'ECONNRESET')
        return this.once(sent).catch(noAnswer(sent));
      return noAnswer(sent)(error);
    }
  }

  private once({ method, target, headers, body }: Sent): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const request = (this.url.protocol === 'https:' ? overHttps : overHttp)(
      {
        agent: this.agent,
        hostname: this.url.hostname.replace(/^\[|\]$/g, ''),
        ...(this.url.port !== '' && { port: this.url.port }),
        method,
        path: this.url.pathname.replace(/\/$/, '') + target,
        headers: { ...headers, ...(body && { 'content-length': String(body.length) }) } as Record<
          string,
          string
        >,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
      (incoming) => {
        answerOf(incoming).then(resolve, reject);
      },
    );
    // After the answer nothing is rejected any more: a server may refuse a body before it has read it.
    request.on('error', reject);
    request.end(body);
    return promise;
  }
}

async function answerOf(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  const isStream = incoming.headers['content-type']?.startsWith('text/event-stream') ?? false;
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
    // It has no end: that it begins is enough.
    if (isStream) break;
  }
  const headers = new Headers();
  for (let n = 0; n + 1 < incoming.rawHeaders.length; n += 2) {
    headers.append(incoming.rawHeaders[n] ?? '', incoming.rawHeaders[n + 1] ?? '');
  }
  const text = Buffer.concat(chunks).toString();
  const isJson = /^application\/(?:[\w.-]+\+)?json/i.test(headers.get('content-type') ?? '');
  return { status: incoming.statusCode ?? 0, headers, text, json: isJson ? parsed(text) : undefined };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What cannot be read is judged where bodies are judged.
    return undefined;
  }
}

const noAnswer =
  ({ method, target }: Sent) =>
  (error: unknown): never => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConformanceError(`${method} ${target.slice(0, 200)} got no answer: ${code ?? message}`);
  };
