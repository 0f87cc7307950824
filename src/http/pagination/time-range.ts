import { DAY, MINUTE } from '../../shared/clock.js';
import { InvalidParameter } from '../http-errors.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** `date-time` of RFC 3339. */
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const FORM =
  'must be an instant with its offset (RFC 3339, such as 2026-03-25T09:30:00Z; write + as %2B) or a date (2026-03-25).';

/** Milliseconds since the epoch: `since` inclusive, `until` exclusive. */
export interface TimeRange {
  readonly since?: number;
  readonly until?: number;
}

/**
 * What `since` and `until` mean. A date means that whole UTC day.
 * @throws InvalidParameter
 */
export function readRange(since: unknown, until: unknown): TimeRange {
  const from = since === undefined ? undefined : read('since', since);
  const to = until === undefined ? undefined : read('until', until);
  if (from && to && (from.start > to.end || (to.wholeDay && from.start === to.end)))
    throw new InvalidParameter('since', 'must not be after until.');
  return { ...(from && { since: from.start }), ...(to && { until: to.end }) };
}

function read(name: string, typed: unknown): { start: number; end: number; wholeDay: boolean } {
  if (typeof typed !== 'string') throw new InvalidParameter(name, FORM);
  if (DATE.test(typed)) {
    const start = startOf(name, typed);
    return { start, end: start + DAY, wholeDay: true };
  }
  const ms = instantOf(name, typed);
  return { start: ms, end: ms, wholeDay: false };
}

/** The first whole millisecond at or after the instant: both bounds of a list of millisecond times stay exact. */
function instantOf(name: string, typed: string): number {
  const [, date, time, fraction = '', sign, hours, minutes] = INSTANT.exec(typed) ?? [];
  if (date === undefined || time === undefined) throw new InvalidParameter(name, FORM);
  const seconds = startOf(name, date) + Date.parse(`1970-01-01T${time}Z`);
  const milliseconds =
    Number(fraction.slice(0, 3).padEnd(3, '0')) + (/[1-9]/.test(fraction.slice(3)) ? 1 : 0);
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE;
  return seconds + milliseconds - (sign === '-' ? -offset : offset);
}

function startOf(name: string, date: string): number {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(date))
    throw new InvalidParameter(name, 'is a date that no calendar has.');
  return ms;
}
