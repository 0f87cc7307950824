// How things are said.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const plurals = new Intl.PluralRules('en');
const figures = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const shortDay = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });
const dayOfYear = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', year: 'numeric' });
const fullTime = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short' });

/** 12345 as 12.3K. */
export const figure = (number) => figures.format(number);

/** "1 post", "2 posts", "no posts". */
export function count(number, one, many = `${one}s`) {
  return `${number === 0 ? 'no' : figure(number)} ${plurals.select(number) === 'one' ? one : many}`;
}

/** "now", "5m", "3h", "Mar 25", "Mar 25, 2021". */
export function ago(instant, now = new Date()) {
  const then = new Date(instant);
  const age = now - then;
  if (age < MINUTE) return 'now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m`;
  if (age < DAY) return `${Math.floor(age / HOUR)}h`;
  return (then.getFullYear() === now.getFullYear() ? shortDay : dayOfYear).format(then);
}

export const inFull = (instant) => fullTime.format(new Date(instant));

/** What a person calls themselves. */
export const nameOf = ({ displayName, username }) => displayName ?? username;

/** A failure in words. Posterr says in `detail` what is wrong and how to mend it; some things this app knows better. */
export function inWords(problem) {
  switch (problem.code) {
    case 'invalid-token':
      return 'You are not logged in any more. Log in again, please.';
    case 'quota-exceeded':
      return `Those were all your posts for today. You can publish again in ${duration(problem.retryAfter)}.`;
    case 'rate-limited':
      return `That was too fast. Try again in ${duration(problem.retryAfter)}.`;
    case 'invalid-credentials':
      return 'The username or the password is wrong.';
    default:
      // What is no problem is a fault of this app: it must be seen.
      if (problem.code === undefined) throw problem;
      return problem.message;
  }
}

function duration(seconds = 1) {
  if (seconds < 90) return count(seconds, 'second');
  if (seconds < 5_400) return count(Math.round(seconds / 60), 'minute');
  return count(Math.round(seconds / 3_600), 'hour');
}
