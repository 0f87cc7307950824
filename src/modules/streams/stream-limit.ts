import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { TooManyStreams } from './domain/stream.errors.js';

/** How many streams a user, or an address, may have open at this process. */
@Injectable()
export class StreamLimit {
  private readonly open = new Map<string, number>();

  constructor(private readonly config: Config) {}

  /** Answers how to give the place back. @throws TooManyStreams */
  take(client: string): () => void {
    const count = this.open.get(client) ?? 0;
    const most = this.config.streamsPerClient;
    if (most > 0 && count >= most) throw new TooManyStreams(most);
    this.open.set(client, count + 1);
    return () => {
      const left = (this.open.get(client) ?? 0) - 1;
      if (left > 0) this.open.set(client, left);
      else this.open.delete(client);
    };
  }
}
