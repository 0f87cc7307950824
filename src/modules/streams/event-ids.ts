import { Injectable } from '@nestjs/common';
import { CursorKey } from '../../http/pagination/cursor-key.js';
import { openCursor, sealCursor } from '../../http/pagination/cursor.js';
import { InvalidCursor } from '../../http/http-errors.js';
import type { Position } from '../../shared/page.js';

/** Up to where a stream has told of each of its lists. */
export type Places = Readonly<Record<string, Position>>;

/** Turns places into event ids and back: whoever brings an id goes on from there, at any process. */
export interface EventIds {
  seal(places: Places): string;
  /** Undefined unless it is an id of this stream. */
  open(id: string): Places | undefined;
}

@Injectable()
export class EventIdKey {
  constructor(private readonly key: CursorKey) {}

  /** The ids of the stream of that name, made of places in `lists`. */
  async idsOf(stream: string, lists: readonly string[]): Promise<EventIds> {
    const key = await this.key.bytes();
    const contextOf = (list: string): string => JSON.stringify(['stream', stream, list]);
    const placeOf = (sealed: string | undefined, list: string): [string, Position] => {
      const position = openCursor(sealed, key, contextOf(list));
      if (position.toward !== 'newer') throw new InvalidCursor();
      return [list, position];
    };
    return {
      seal: (places) =>
        lists.map((list) => sealCursor(places[list] as Position, key, contextOf(list))).join('.'),
      open: (id) => {
        const parts = id.split('.');
        if (parts.length !== lists.length) return undefined;
        try {
          return Object.fromEntries(lists.map((list, n) => placeOf(parts[n], list)));
        } catch (error) {
          if (error instanceof InvalidCursor) return undefined;
          throw error;
        }
      },
    };
  }
}
