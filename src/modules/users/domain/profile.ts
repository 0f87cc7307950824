import { type FieldFault, ValidationFailed } from '../../../shared/errors.js';
import { normalizeText, textFault } from '../../../shared/text.js';
import { BIO_LENGTH, DISPLAY_NAME_LENGTH, type ProfileChanges, USERNAME_FORM } from './user.js';

/**
 * A display name as it is kept.
 * @throws ValidationFailed unless it is one visible line of at most 50 code points.
 */
export function displayName(raw: string): string {
  return profileOf({ displayName: raw }).displayName ?? '';
}

/**
 * Profile fields as they are kept: only those given. A bio without anything visible is kept as empty: it removes it.
 * @throws ValidationFailed naming every field that breaks a rule.
 */
export function profileOf(raw: ProfileChanges): ProfileChanges {
  const faults: FieldFault[] = [];
  const changes: { username?: string; displayName?: string; bio?: string } = {};
  if (raw.username !== undefined) {
    changes.username = raw.username;
    if (!USERNAME_FORM.test(raw.username)) {
      const detail = 'A username has 1 to 14 letters and digits of ASCII.';
      faults.push({ pointer: '/username', code: 'malformed', detail });
    }
  }
  if (raw.displayName !== undefined) {
    changes.displayName = normalizeText(raw.displayName);
    const fault = textFault(changes.displayName, DISPLAY_NAME_LENGTH, 'one');
    if (fault) faults.push({ pointer: '/displayName', ...fault });
  }
  if (raw.bio !== undefined) {
    changes.bio = normalizeText(raw.bio);
    const fault = changes.bio === '' ? undefined : textFault(changes.bio, BIO_LENGTH, 'many');
    if (fault) faults.push({ pointer: '/bio', ...fault });
  }
  if (faults.length > 0) throw new ValidationFailed(faults);
  return changes;
}
