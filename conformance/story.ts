import type { Deployment, Trail } from './deployment.ts';
import { addFault, messageOf, type Result, result } from './ledger.ts';
import type { People } from './people.ts';
import { Skip } from './skip.ts';

/** A promise of the contract that takes more than one answer to check. */
export interface Story {
  readonly section: string;
  readonly promise: string;
  readonly checked: string;
  readonly tell: (people: People) => Promise<void>;
}

/** The stories of a section: its name, then for each promise its words, what is checked, and how. */
export function stories(section: string): {
  (promise: string, checked: string, tell: (people: People) => Promise<void>): void;
  readonly all: readonly Story[];
} {
  const all: Story[] = [];
  const add = (promise: string, checked: string, tell: Story['tell']): void => {
    all.push({ section, promise, checked, tell });
  };
  return Object.assign(add, { all });
}

/** Tells a story, and answers how it ended. */
export async function tell(story: Story, people: People, deployment: Deployment): Promise<Result> {
  const told = result(story.section, story.promise, story.checked);
  const trail: Trail = { requests: 0 };
  try {
    await deployment.trail.run(trail, () => story.tell(people));
  } catch (error) {
    if (error instanceof Skip) Object.assign(told, { outcome: 'skip', reason: error.message });
    // An answer in another shape than expected ends in an error of any kind.
    else
      addFault(told, {
        what: messageOf(error),
        ...(trail.last && { sent: trail.last }),
      });
  }
  told.requests = trail.requests;
  return told;
}
