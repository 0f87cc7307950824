import { randomFillSync } from 'node:crypto';
import type { Clock } from '../../shared/clock.js';
import { type Id, idFromBytes, Ids, idToBytes, timeOf } from '../../shared/ids.js';

const COUNTER_END = 0x1000;
/** Leaves room for ids of the same millisecond. */
const COUNTER_START_END = 0x800;

/**
 * UUIDv7 (RFC 9562, 5.7) with a 12-bit counter behind the milliseconds (6.2, method 1), which starts at random in each
 * millisecond. When the counter is used up or the clock steps back, the milliseconds run ahead of the clock.
 */
export class UuidV7Ids extends Ids {
  private ms = 0;
  private counter = 0;
  private readonly random = Buffer.alloc(10 * 512);
  private used = this.random.length;

  constructor(private readonly clock: Clock) {
    super();
  }

  next(after?: Id): Id {
    const bytes = this.randomBytes();
    const start = ((bytes[0] as number) << 3) | ((bytes[1] as number) >> 5);
    this.advance(start % COUNTER_START_END, after);
    const id = Buffer.allocUnsafe(16);
    id.writeUIntBE(this.ms, 0, 6);
    id.writeUInt16BE(0x7000 | this.counter, 6);
    bytes.copy(id, 8, 2);
    id[8] = 0x80 | ((id[8] as number) & 0x3f);
    return idFromBytes(id);
  }

  private advance(start: number, after?: Id): void {
    const now = this.clock.now();
    if (now > this.ms) {
      this.ms = now;
      this.counter = start;
    } else {
      this.step(start);
    }
    if (after === undefined) return;
    const floor = timeOf(after);
    if (floor < this.ms) return;
    const counter = Buffer.from(idToBytes(after)).readUInt16BE(6) & 0xfff;
    if (floor === this.ms && counter < this.counter) return;
    this.ms = floor;
    this.counter = counter;
    this.step(start);
  }

  private step(start: number): void {
    this.counter += 1;
    if (this.counter < COUNTER_END) return;
    this.ms += 1;
    this.counter = start;
  }

  private randomBytes(): Buffer {
    if (this.used === this.random.length) {
      randomFillSync(this.random);
      this.used = 0;
    }
    this.used += 10;
    return this.random.subarray(this.used - 10, this.used);
  }
}
