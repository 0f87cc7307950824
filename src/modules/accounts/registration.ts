import { type FieldFault, ValidationFailed } from '../../shared/errors.js';
import { displayName, USERNAME_FORM } from '../users/users.public.js';

/** Code points. */
export const PASSWORD_LENGTH = { min: 8, max: 128 };

export interface Registration {
  readonly username: string;
  readonly password: string;
  readonly displayName?: string;
}

/**
 * A registration as it is kept; the password stays as it was typed.
 * @throws ValidationFailed naming every field that breaks a rule.
 */
export function registrationOf(raw: Registration): Registration {
  const faults = [...usernameFaults(raw.username), ...passwordFaults(raw.password)];
  try {
    if (raw.displayName !== undefined) raw = { ...raw, displayName: displayName(raw.displayName) };
  } catch (error) {
    if (!(error instanceof ValidationFailed)) throw error;
    faults.push(...error.faults);
  }
  if (faults.length > 0) throw new ValidationFailed(faults);
  return raw;
}

function usernameFaults(username: string): FieldFault[] {
  if (USERNAME_FORM.test(username)) return [];
  const detail = 'A username has 1 to 14 letters and digits of ASCII.';
  return [{ pointer: '/username', code: 'malformed', detail }];
}

function passwordFaults(password: string): FieldFault[] {
  const { min, max } = PASSWORD_LENGTH;
  const length = [...password].length;
  const fault = (code: string, detail: string): FieldFault[] => [{ pointer: '/password', code, detail }];
  if (length < min) return fault('too-short', `A password has at least ${min} characters.`);
  if (length > max) return fault('too-long', `A password has at most ${max} characters.`);
  if (!password.isWellFormed()) return fault('malformed', 'The password has half of a surrogate pair.');
  return [];
}
