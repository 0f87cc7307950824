import { setTimeout as sleep } from 'node:timers/promises';

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

const PATIENCE = 10_000;

/** Reads server-sent events from one answer, as the HTML standard says. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  /** Of the last block that had one, an event or not. */
  lastEventId = '';
  hasEnded = false;
  private readonly abort = new AbortController();

  private constructor(readonly url: string) {}

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const reader = new EventReader(url);
    const response = await fetch(url, { headers, signal: reader.abort.signal });
    if (response.status !== 200 || !response.body) throw new Error(`No stream: ${await response.text()}`);
    void reader.read(response.body);
    await reader.until(() => reader.lastEventId !== '');
    return reader;
  }

  /** What the posts and notifications among the events are, parsed. */
  bodies<Body>(event: string): Body[] {
    return this.events.filter((one) => one.event === event).map(({ data }) => JSON.parse(data) as Body);
  }

  async until(condition: () => boolean): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!condition()) {
      if (Date.now() > end)
        throw new Error(`It did not come: ${JSON.stringify(this.events).slice(0, 1_000)}`);
      await sleep(10);
    }
  }

  close(): void {
    this.abort.abort();
  }

  private async read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        blocks.forEach((block) => this.take(block));
      }
    } catch {
      // Closed here, or cut off: `hasEnded` tells either.
    } finally {
      this.hasEnded = true;
    }
  }

  private take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line): [string, string] => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1).trimStart()];
      }),
    );
    this.lastEventId = fields.get('id') ?? this.lastEventId;
    const data = fields.get('data');
    if (data !== undefined)
      this.events.push({ event: fields.get('event') ?? '', id: this.lastEventId, data });
  }
}
