import { DAY, MINUTE } from '../../../shared/clock.js';
import { lowestIdAt } from '../../../shared/ids.js';
import { keysOutlivedBefore, signingKeyAt } from './signing-key.js';

const START = Date.parse('2026-03-25T12:00:00Z');
const first = { id: lowestIdAt(START) };
const second = { id: lowestIdAt(START + 90 * DAY) };
const tokenMs = 15 * MINUTE;

describe('signing keys', () => {
  it('sign at once when there is no other', () => {
    expect(signingKeyAt([first], START)).toBe(first);
    expect(signingKeyAt([], START)).toBeUndefined();
  });

  it('are published for ten minutes before they sign', () => {
    const made = START + 90 * DAY;

    expect(signingKeyAt([first, second], made)).toBe(first);
    expect(signingKeyAt([first, second], made + 10 * MINUTE - 1)).toBe(first);
    expect(signingKeyAt([first, second], made + 10 * MINUTE)).toBe(second);
  });

  it('are kept until the last token that a slow process signed with them has expired', () => {
    const made = START + 90 * DAY;
    const lastTokenEnds = made + 10 * MINUTE + MINUTE + tokenMs;

    expect(keysOutlivedBefore([first, second], lastTokenEnds - 1, tokenMs)).toBe(START);
    expect(keysOutlivedBefore([first, second], lastTokenEnds, tokenMs)).toBe(made);
  });

  it('are never all outlived', () => {
    expect(keysOutlivedBefore([first], START + 1_000 * DAY, tokenMs)).toBe(START);
    expect(keysOutlivedBefore([], START, tokenMs)).toBe(0);
  });
});
