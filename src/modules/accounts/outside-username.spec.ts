import { type OutsideNames, usernamesFor } from './outside-username.js';

const ann = { issuer: 'https://issuer.example', subject: 'auth|7' };

function firstOf(names: Partial<OutsideNames>, admins: readonly string[] = []): string | undefined {
  return usernamesFor({ ...ann, ...names }, admins).next().value ?? undefined;
}

describe('usernamesFor', () => {
  it.each<[string, Partial<OutsideNames>, string]>([
    ['a fit name', { preferredUsername: 'Ann7' }, 'Ann7'],
    ['marks and spaces', { preferredUsername: ' ann.of-the_hill ' }, 'annofthehill'],
    ['accents', { preferredUsername: 'Åsa.Škvorecký' }, 'AsaSkvorecky'],
    ['a long name', { preferredUsername: 'abcdefghijklmnopqrstuvwxyz' }, 'abcdefghijklmn'],
    ['a mail address', { preferredUsername: 'ann.b@mail.example' }, 'annb'],
    ['a nickname', { nickname: 'annie' }, 'annie'],
    ['a username without anything fit', { preferredUsername: '安', nickname: 'annie' }, 'annie'],
    ['nothing fit', { preferredUsername: '안나', nickname: '@@' }, 'user'],
    ['nothing', {}, 'user'],
  ])('makes %s fit', (_, names, username) => {
    expect(firstOf(names)).toBe(username);
  });

  it('goes on with digits, always fit, always other, and ends', () => {
    const all = [...usernamesFor({ ...ann, preferredUsername: 'abcdefghijklmnop' }, [])];

    expect(all.slice(0, 3)).toEqual(['abcdefghijklmn', 'abcdefghijklm2', 'abcdefghijklm3']);
    expect(all.every((username) => /^[A-Za-z0-9]{1,14}$/.test(username))).toBe(true);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toHaveLength(17);
  });

  it('gives the name of an administrator only to whom the issuer calls exactly so', () => {
    expect(firstOf({ preferredUsername: 'Root' }, ['root'])).toBe('Root');
    expect(firstOf({ preferredUsername: 'r.o.o.t' }, ['root'])).toBe('root2');
    expect(firstOf({ preferredUsername: 'root@mail.example' }, ['root'])).toBe('root2');
    expect(firstOf({ nickname: 'root' }, ['root'])).toBe('root2');
    expect([...usernamesFor({ ...ann, preferredUsername: 'ann' }, ['ann2'])]).not.toContain('ann2');
  });
});
