import { ValidationFailed } from '../../../shared/errors.js';
import { displayName, profileOf } from './profile.js';

describe('a profile', () => {
  it('keeps only what is given, normalised', () => {
    expect(profileOf({})).toEqual({});
    expect(profileOf({ displayName: '  Ada  ', bio: 'a\r\nb ' })).toEqual({
      displayName: 'Ada',
      bio: 'a\nb',
    });
    expect(profileOf({ bio: '  ' })).toEqual({ bio: '' });
    expect(displayName(' Ada ')).toBe('Ada');
  });

  it('names every field that breaks a rule', () => {
    const bad = { username: 'no good', displayName: 'a\nb', bio: 'x'.repeat(161) };
    try {
      profileOf(bad);
      throw new Error('was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(ValidationFailed);
      const faults = (error as ValidationFailed).faults.map(({ pointer, code }) => `${pointer} ${code}`);
      expect(faults).toEqual(['/username malformed', '/displayName control-character', '/bio too-long']);
    }
  });

  it.each(['', '123456789012345', 'a_b', 'é'])('refuses the username %j', (username) =>
    expect(() => profileOf({ username })).toThrow(ValidationFailed),
  );
});
