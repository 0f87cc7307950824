import { dayOf, quotaResetsAt } from './quota.js';

it('the quota counts by UTC days', () => {
  const lastMoment = Date.parse('2026-03-25T23:59:59.999Z');
  expect(dayOf(lastMoment + 1)).toBe(dayOf(lastMoment) + 1);
  expect(quotaResetsAt(lastMoment)).toBe(lastMoment + 1);
  expect(quotaResetsAt(lastMoment + 1)).toBe(Date.parse('2026-03-27T00:00:00Z'));
});
