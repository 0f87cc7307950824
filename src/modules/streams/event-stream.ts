import { Readable } from 'node:stream';

/** Bytes that may wait for a reader. */
const MOST_WAITING = 256 * 1_024;
/** How long a client should wait before it connects again, in ms. */
const RETRY = 3_000;

export interface ServerSentEvent {
  readonly event: 'post' | 'notification' | 'reset';
  readonly id: string;
  /** JSON on one line. */
  readonly data: string;
}

/** Server-sent events, as the HTML standard defines them. A reader who is too slow is cut off. */
export class EventStream extends Readable {
  private whenRead: (() => void) | undefined;
  /** What comes after the end is not sent, though its reader may not have come to the end yet. */
  private hasEnded = false;

  override _read(): void {
    this.whenRead?.();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.whenRead?.();
    done(error);
  }

  /** Tells how long to wait before coming back, and where to go on then. */
  begin(id: string): void {
    this.write(`retry: ${RETRY}\nid: ${id}\n\n`);
  }

  send({ event, id, data }: ServerSentEvent): void {
    this.write(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`);
  }

  /** Keeps the connection alive, and tells where to go on: no event comes of it. */
  beat(id: string): void {
    this.write(`: still here\nid: ${id}\n\n`);
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.push(null);
  }

  /** Ends when the reader has taken most of what was sent, or is gone. */
  async isRead(): Promise<void> {
    while (!this.destroyed && this.readableLength >= this.readableHighWaterMark) {
      await new Promise<void>((resolve) => {
        this.whenRead = resolve;
      });
    }
  }

  private write(chunk: string): void {
    if (this.destroyed || this.hasEnded) return;
    this.push(chunk);
    if (this.readableLength > MOST_WAITING) this.destroy();
  }
}
