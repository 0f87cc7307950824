import type { Story } from '../story.ts';
import { ACCOUNTS } from './accounts.ts';
import { CONVENTIONS } from './conventions.ts';
import { COUNTERS } from './counters.ts';
import { CURSORS } from './cursors.ts';
import { HTTP } from './http.ts';
import { PEOPLE } from './people.ts';
import { QUOTA } from './quota.ts';
import { SEARCH } from './search.ts';
import { STREAMS } from './streams.ts';
import { WALKS } from './walks.ts';
import { WRITING } from './writing.ts';

/** All the stories, in the order of the contract. */
export const STORIES: readonly Story[] = [
  ...WRITING,
  ...QUOTA,
  ...PEOPLE,
  ...COUNTERS,
  ...WALKS,
  ...CURSORS,
  ...ACCOUNTS,
  ...SEARCH,
  ...CONVENTIONS,
  ...HTTP,
  ...STREAMS,
];
