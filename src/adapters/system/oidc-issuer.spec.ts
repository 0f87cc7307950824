import { Logger } from '@nestjs/common';
import { SignJWT } from 'jose';
import { OidcTestIssuer } from '../../../test/support/oidc-issuer.js';
import type { Config } from '../../config.js';
import { IssuerUnavailable } from '../../modules/accounts/domain/account.errors.js';
import { Clock, MINUTE, SECOND } from '../../shared/clock.js';
import { OidcIssuer } from './oidc-issuer.js';

class SetClock extends Clock {
  time = Date.parse('2026-03-25T12:00:00Z');

  override now(): number {
    return this.time;
  }
}

describe('OidcIssuer', () => {
  let outside: OidcTestIssuer;
  let clock: SetClock;
  let issuer: OidcIssuer;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    outside = await OidcTestIssuer.start();
    clock = new SetClock();
    issuer = issuerAt(outside.url);
  });

  afterEach(() => outside.stop());

  function issuerAt(url: string): OidcIssuer {
    return new OidcIssuer({ oidc: { issuer: url, audience: OidcTestIssuer.audience } } as Config, clock);
  }

  const token: OidcTestIssuer['token'] = (claims, terms) =>
    outside.token(claims, { now: clock.time, ...terms });

  it('tells whom a token names', async () => {
    const person = { sub: 'auth|7', preferred_username: 'ann', nickname: 'annie', name: 'Ann Example' };

    expect(await issuer.identify(await token(person))).toEqual({
      issuer: outside.url,
      subject: 'auth|7',
      preferredUsername: 'ann',
      nickname: 'annie',
      name: 'Ann Example',
      expiresAt: clock.time + 5 * MINUTE,
    });
  });

  it.each(['PS256', 'ES256', 'ES512', 'EdDSA'])('takes %s', async (alg) => {
    await outside.rotateKey(alg);

    expect(await issuer.identify(await token({ sub: 'auth|7' }))).toMatchObject({ subject: 'auth|7' });
  });

  it('does not mind a slash at the end of the address', async () => {
    const person = await issuerAt(`${outside.url}/`).identify(
      await token({ sub: 'auth|7', iss: `${outside.url}/` }),
    );

    expect(person?.issuer).toBe(outside.url);
  });

  describe('refuses', () => {
    const person = { sub: 'auth|7' };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const seconds = (): number => clock.time / SECOND;

    it.each<[string, () => string | Promise<string>]>([
      ['another audience', () => token({ ...person, aud: 'somebody-else' })],
      ['no audience', () => token({ ...person, aud: undefined })],
      ['another issuer', () => token({ ...person, iss: 'https://issuer.example' })],
      ['an expired token', () => token({ ...person, exp: seconds() - 31 })],
      ['a token without an end', () => token({ ...person, exp: undefined })],
      ['a token of the future', () => token({ ...person, nbf: seconds() + 60 })],
      ['nobody', () => token({})],
      ['an empty subject', () => token({ sub: '' })],
      ['a subject that is no text', () => token({ sub: 7 })],
      ['an endless subject', () => token({ sub: 'a'.repeat(256) })],
      ['a token for something else', () => token(person, { header: { typ: 'logout+jwt' } })],
      ['garbage', () => 'no.token.atall'],
      ['nothing', () => ''],
      ['an oversized token', () => token({ ...person, name: 'a'.repeat(8_192) })],
      [
        'an unsigned token',
        () =>
          `${part({ alg: 'none' })}.${part({ ...person, iss: outside.url, aud: OidcTestIssuer.audience, exp: seconds() + 60 })}.`,
      ],
      [
        'a token signed with the public key as a shared secret',
        () =>
          new SignJWT({ ...person, iss: outside.url, aud: OidcTestIssuer.audience, exp: seconds() + 60 })
            .setProtectedHeader({ alg: 'HS256', kid: outside.key.kid })
            .sign(Buffer.from(JSON.stringify(outside.key.published))),
      ],
      [
        'the key of somebody else under the name of the right one',
        async () => token(person, { key: await OidcTestIssuer.makeKey('RS256', outside.key.kid) }),
      ],
      [
        'a key that the token brings along',
        async () => {
          const key = await OidcTestIssuer.makeKey('RS256');
          return token(person, { key, header: { jwk: key.published, jku: `${outside.url}/keys` } });
        },
      ],
    ])('%s', async (_, forge) => {
      expect(await issuer.identify(await token(person))).toBeDefined();

      expect(await issuer.identify(await forge())).toBeUndefined();
    });
  });

  it('asks for the keys once, not with every token', async () => {
    for (let visit = 0; visit < 5; visit += 1) await issuer.identify(await token({ sub: `auth|${visit}` }));

    expect(outside.asked).toHaveLength(2);
  });

  it('learns a new key from the first token signed with it, but does not ask for every made-up key', async () => {
    await issuer.identify(await token({ sub: 'auth|7' }));
    await outside.rotateKey();
    clock.time += 6 * SECOND;

    expect(await issuer.identify(await token({ sub: 'auth|7' }))).toBeDefined();

    const asked = outside.asked.length;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const key = await OidcTestIssuer.makeKey('ES256');
      expect(await issuer.identify(await token({ sub: 'auth|7' }, { key }))).toBeUndefined();
    }
    expect(outside.asked).toHaveLength(asked);
  });

  it('forgets a withdrawn key in time', async () => {
    const withdrawn = outside.key;
    await issuer.identify(await token({ sub: 'auth|7' }));
    await outside.rotateKey();
    clock.time += 10 * MINUTE;

    expect(await issuer.identify(await token({ sub: 'auth|7' }, { key: withdrawn }))).toBeUndefined();
  });

  it('says so when the keys cannot be had, and recovers by itself', async () => {
    const good = await token({ sub: 'auth|7' });
    await outside.stop();
    await expect(issuer.identify(good)).rejects.toThrow(IssuerUnavailable);

    await outside.resume();
    clock.time += 6 * SECOND;

    expect(await issuer.identify(good)).toMatchObject({ subject: 'auth|7' });
  });

  it('goes on with the keys that it knows while the issuer is away', async () => {
    await issuer.identify(await token({ sub: 'auth|7' }));
    await outside.stop();
    clock.time += 20 * MINUTE;

    expect(await issuer.identify(await token({ sub: 'auth|7' }))).toMatchObject({ subject: 'auth|7' });
    await outside.rotateKey();
    await expect(issuer.identify(await token({ sub: 'auth|7' }))).rejects.toThrow(IssuerUnavailable);
  });

  it('waits two seconds for a silent issuer, and only once', async () => {
    outside.silent = true;
    const good = await token({ sub: 'auth|7' });
    const start = performance.now();

    await expect(issuer.identify(good)).rejects.toThrow(IssuerUnavailable);
    await expect(issuer.identify(good)).rejects.toThrow(IssuerUnavailable);

    expect(performance.now() - start).toBeLessThan(3_500);
    expect(outside.asked).toHaveLength(1);
  });

  it('believes no discovery document of another issuer', async () => {
    outside.discovery = { issuer: 'https://issuer.example' };

    await expect(issuer.identify(await token({ sub: 'auth|7' }))).rejects.toThrow(IssuerUnavailable);
  });
});
