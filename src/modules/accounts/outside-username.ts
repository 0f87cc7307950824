import { createHash } from 'node:crypto';

const LONGEST = 14;

export interface OutsideNames {
  readonly issuer: string;
  readonly subject: string;
  readonly preferredUsername?: string;
  readonly nickname?: string;
}

/**
 * Usernames for a person whom an outside issuer names, the best first: what is fit of the name that the issuer gives,
 * then with a digit, then with digits drawn from the subject. A name in `adminUsernames` (lower case) is only for whom
 * the issuer gives exactly that username: nobody becomes an administrator by what is left of another name.
 */
export function* usernamesFor(person: OutsideNames, adminUsernames: readonly string[]): Generator<string> {
  const given = person.preferredUsername ?? '';
  const base = fit(given) || fit(person.nickname ?? '') || 'user';
  for (const digits of digitsFor(person)) {
    const username = base.slice(0, LONGEST - digits.length) + digits;
    const name = username.toLowerCase();
    if (!adminUsernames.includes(name) || given.toLowerCase() === name) yield username;
  }
}

/** Letters lose their accents; of a mail address only the part before the @ is used. */
function fit(name: string): string {
  const [local = ''] = name.split('@');
  return local
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, LONGEST);
}

function* digitsFor({ issuer, subject }: OutsideNames): Generator<string> {
  yield '';
  for (let digit = 2; digit <= 9; digit += 1) yield `${digit}`;
  const digest = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest();
  for (let at = 0; at + 4 <= digest.length; at += 4) {
    yield `${digest.readUInt32BE(at) % 1_000_000}`.padStart(6, '0');
  }
}
