import Sequencer from '@jest/test-sequencer';

/** Those that wait for processes and engines: in a fresh clone, where Jest knows no durations, they would come last. */
const SLOW = /\/(?:src\/adapters\/redis|test\/(?:faults|docker|browser|e2e|contract))\//;

export default class SlowFirst extends Sequencer {
  sort(tests) {
    const known = super.sort(tests);
    if (tests.some(({ duration }) => duration !== undefined)) return known;
    return [...known].sort((a, b) => Number(SLOW.test(b.path)) - Number(SLOW.test(a.path)));
  }
}
