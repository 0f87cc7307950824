import { Injectable, type PipeTransform } from '@nestjs/common';
import { type Id, isId } from '../shared/ids.js';
import { InvalidParameter } from './http-errors.js';

const MOST_IDS = 100;

/** An id in the path. Upper case is accepted. */
@Injectable()
export class ParseId implements PipeTransform<string, Id> {
  transform(typed: string): Id {
    return parse('id', typed);
  }
}

/** Ids in one parameter of the query, separated by commas. */
@Injectable()
export class ParseIds implements PipeTransform<unknown, Id[]> {
  transform(typed: unknown): Id[] {
    if (typeof typed !== 'string' || typed === '') {
      throw new InvalidParameter('ids', `must be given once, with 1 to ${MOST_IDS} ids separated by commas.`);
    }
    const ids = typed.split(',');
    if (ids.length > MOST_IDS) throw new InvalidParameter('ids', `must have at most ${MOST_IDS} ids.`);
    return ids.map((id) => parse('ids', id));
  }
}

function parse(name: string, typed: string): Id {
  const id = typed.toLowerCase();
  if (!isId(id))
    throw new InvalidParameter(name, 'must be a UUID, such as those that this service gave out.');
  return id;
}
