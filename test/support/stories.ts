import { describeWith } from './engines.js';
import { World } from './world.js';

/** A story about Posterr, told on every profile: what a user sees does not depend on the engines. */
export function stories(name: string, tell: () => void): void {
  describe(`${name}, embedded`, () => {
    beforeAll(() => (World.profile = 'embedded'));
    tell();
  });
  describeWith(['MongoDB', 'redis-server'], `${name}, standard`, () => {
    beforeAll(() => (World.profile = 'standard'));
    tell();
  });
}
