import {
  CompactSign,
  decodeProtectedHeader,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import { AccountStores, SetClock } from '../../../test/support/accounts-world.js';
import type { Config } from '../../config.js';
import type { SecretStore } from '../../modules/accounts/accounts.ports.js';
import { DAY, MINUTE, SECOND } from '../../shared/clock.js';
import { JoseAccessTokens } from './jose-access-tokens.js';

const ANN = '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f';
const config = {
  publicUrl: 'https://posterr.example',
  accessTokenSeconds: 900,
  signingKeyDays: 90,
} as Config;

describe('JoseAccessTokens', () => {
  let clock: SetClock;
  let stores: AccountStores;
  let secrets: SecretStore;
  let tokens: JoseAccessTokens;

  beforeEach(() => {
    clock = new SetClock();
    stores = new AccountStores(clock);
    ({ secrets } = stores);
    tokens = process();
  });

  afterEach(() => stores.close());

  /** As one of several processes on the same database. */
  function process(): JoseAccessTokens {
    return new JoseAccessTokens(config, clock, secrets);
  }

  async function tokenOf(issuer: JoseAccessTokens): Promise<string> {
    return (await issuer.issue(ANN, [])).token;
  }

  const keyIdOf = (token: string): string | undefined => decodeProtectedHeader(token).kid;

  it('issues a token that says whose it is, for whom, from whom and for how long', async () => {
    const { token, expiresIn } = await tokens.issue(ANN, ['admin']);

    expect(expiresIn).toBe(900);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    expect(decodeJwt(token)).toEqual({
      iss: 'https://posterr.example',
      aud: 'posterr',
      sub: ANN,
      roles: ['admin'],
      jti: expect.any(String),
      iat: clock.now() / SECOND,
      exp: clock.now() / SECOND + 900,
    });
  });

  it('knows its tokens again until they expire', async () => {
    const { token } = await tokens.issue(ANN, ['admin']);
    const expiresAt = clock.now() + 15 * MINUTE;

    expect(await tokens.verify(token)).toEqual({ userId: ANN, roles: ['admin'], expiresAt });
    clock.time = expiresAt - 1;
    expect(await tokens.verify(token)).toBeDefined();
    clock.time = expiresAt;
    expect(await tokens.verify(token)).toBeUndefined();
  });

  it('publishes what others need to verify its tokens, and nothing else', async () => {
    const token = await tokenOf(tokens);
    const [key, ...others] = await tokens.publicKeys();

    expect(others).toEqual([]);
    expect(Object.keys(key ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    await expect(
      jwtVerify(token, await importJWK({ ...key }), { currentDate: new Date(clock.now()) }),
    ).resolves.toBeDefined();
  });

  describe('refuses', () => {
    const claims = { iss: config.publicUrl, aud: 'posterr', sub: ANN, roles: ['admin'], jti: '1' };
    const seconds = (): number => Math.floor(clock.now() / SECOND);
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

    /** Signed with our own key, unless told otherwise. */
    async function forged(
      changes: Record<string, unknown> = {},
      header: Record<string, unknown> = {},
      key?: JWK,
    ): Promise<string> {
      const [secret] = await secrets.list('signing-key');
      const ours = JSON.parse(secret?.value ?? '') as JWK;
      return new SignJWT({ ...claims, iat: seconds(), exp: seconds() + 60, ...changes })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: secret?.id ?? '', ...header })
        .sign(await importJWK(key ?? ours, 'ES256'), { crit: { x: true } });
    }

    async function foreignKey(): Promise<JWK> {
      const { privateKey } = await generateKeyPair('ES256', { extractable: true });
      return exportJWK(privateKey);
    }

    beforeEach(async () => {
      await tokens.publicKeys();
      expect(await tokens.verify(await forged())).toMatchObject({ userId: ANN, roles: ['admin'] });
    });

    it.each<[string, () => string | Promise<string>]>([
      ['another issuer', () => forged({ iss: 'https://issuer.example' })],
      ['no issuer', () => forged({ iss: undefined })],
      ['another audience', () => forged({ aud: 'somebody-else' })],
      ['no audience', () => forged({ aud: undefined })],
      ['an expired token', () => forged({ exp: seconds() })],
      ['a token without an end', () => forged({ exp: undefined })],
      ['an end that is no number', () => forged({ exp: '9999999999' })],
      ['a token of the future', () => forged({ nbf: seconds() + 1 })],
      ['nobody', () => forged({ sub: undefined })],
      ['a subject that is no id', () => forged({ sub: 'ann' })],
      ['a subject that is no text', () => forged({ sub: { $gt: '' } })],
      ['no roles', () => forged({ roles: undefined })],
      ['roles that are no list', () => forged({ roles: 'admin' })],
      ['another type', () => forged({}, { typ: 'JWT' })],
      ['a refresh token of others', () => forged({}, { typ: 'rt+jwt' })],
      ['no type', () => forged({}, { typ: undefined })],
      ['an unknown key', () => forged({}, { kid: '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e30' })],
      ['no key', () => forged({}, { kid: undefined })],
      ['a path as the name of the key', () => forged({}, { kid: '../../../dev/null' })],
      ['a query as the name of the key', () => forged({}, { kid: "' OR 1=1 --" })],
      ['an object as the name of the key', () => forged({}, { kid: { $gt: '' } })],
      ['a property of objects as the name of the key', () => forged({}, { kid: '__proto__' })],
      ['the key of somebody else', async () => forged({}, {}, await foreignKey())],
      [
        'a key that the token brings along',
        async () => {
          const { d, ...open } = await foreignKey();
          return forged({}, { jwk: open, jku: 'https://issuer.example/keys' }, { ...open, d: d ?? '' });
        },
      ],
      [
        'an unsigned token',
        () =>
          `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ ...claims, iat: seconds(), exp: seconds() + 60 })}.`,
      ],
      [
        'the public key used as a shared secret',
        async () => {
          const [key] = await tokens.publicKeys();
          return new SignJWT({ ...claims, iat: seconds(), exp: seconds() + 60 })
            .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: key?.kid ?? '' })
            .sign(Buffer.from(JSON.stringify(key)));
        },
      ],
      [
        'other claims under a good signature',
        async () => {
          const [header, , signature] = (await forged({ roles: [] })).split('.');
          return `${header}.${part({ ...claims, iat: seconds(), exp: seconds() + 60 })}.${signature}`;
        },
      ],
      ['a good token without its signature', async () => (await forged()).replace(/[^.]+$/, '')],
      [
        'claims that are no object',
        async () => {
          const [secret] = await secrets.list('signing-key');
          return new CompactSign(Buffer.from('[1]'))
            .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: secret?.id ?? '' })
            .sign(await importJWK(JSON.parse(secret?.value ?? '') as JWK, 'ES256'));
        },
      ],
      ['a header with an unknown critical extension', () => forged({}, { crit: ['x'], x: 1 })],
      ['an oversized token', () => forged({ padding: 'a'.repeat(2_048) })],
      ['an encrypted token', () => 'a.b.c.d.e'],
      ['garbage', () => '\u0000 not a token \ud800'],
      ['nothing', () => ''],
    ])('%s', async (_, forge) => {
      expect(await tokens.verify(await forge())).toBeUndefined();
    });

    it('roles that it does not know, but not their bearer', async () => {
      expect(await tokens.verify(await forged({ roles: ['root', 'admin', 7] }))).toMatchObject({
        roles: ['admin'],
      });
    });
  });

  describe('keys', () => {
    it('are the same for processes that start at once', async () => {
      const processes = Array.from({ length: 5 }, process);

      const issued = await Promise.all(processes.map(tokenOf));

      expect(new Set(issued.map(keyIdOf)).size).toBe(1);
      expect(await secrets.list('signing-key')).toHaveLength(1);
    });

    it('rotate without logging anyone out', async () => {
      const other = process();
      const [old] = await tokens.publicKeys();
      clock.time += 90 * DAY;

      // The new key is published at once by every process, and signs ten minutes later.
      await tokens.publicKeys();
      clock.time += MINUTE;
      expect(await other.publicKeys()).toHaveLength(2);
      clock.time += 9 * MINUTE - 1;
      const last = await tokenOf(other);
      expect(keyIdOf(last)).toBe(old?.kid);
      clock.time += 1;
      const first = await tokenOf(tokens);
      expect(keyIdOf(first)).not.toBe(old?.kid);
      for (const verifier of [tokens, other]) {
        expect(await verifier.verify(last)).toBeDefined();
        expect(await verifier.verify(first)).toBeDefined();
      }

      // The old key goes when its last token has expired, and not before.
      clock.time += 15 * MINUTE - 2 * SECOND;
      expect(await other.verify(last)).toBeDefined();
      expect(await other.publicKeys()).toHaveLength(2);
      clock.time += MINUTE + 2 * SECOND;
      expect((await tokens.publicKeys()).map(({ kid }) => kid)).toEqual([keyIdOf(first)]);
      expect(await secrets.list('signing-key')).toHaveLength(1);
    });

    it('of another process are found when they are first seen', async () => {
      await tokens.publicKeys();
      clock.time += 90 * DAY - 30 * SECOND;
      await tokens.publicKeys();
      clock.time += 30 * SECOND;
      const made = await process().publicKeys();
      const newKey = made.at(-1)?.kid ?? '';
      const secret = (await secrets.list('signing-key')).find(({ id }) => id === newKey);

      const token = await new SignJWT({ roles: [], jti: '1' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: newKey })
        .setIssuer(config.publicUrl)
        .setAudience('posterr')
        .setSubject(ANN)
        .setIssuedAt(clock.now() / SECOND)
        .setExpirationTime(clock.now() / SECOND + 60)
        .sign(await importJWK(JSON.parse(secret?.value ?? '') as JWK, 'ES256'));

      expect(await tokens.verify(token)).toBeDefined();
    });

    it('are not read from the store again for every made-up name of a key', async () => {
      const [header, ...rest] = (await tokenOf(tokens)).split('.');
      const made = JSON.parse(Buffer.from(header ?? '', 'base64url').toString()) as object;
      let reads = 0;
      const list = secrets.list.bind(secrets);
      secrets.list = (purpose) => {
        reads += 1;
        return list(purpose);
      };
      clock.time += 30 * SECOND;

      for (let attempt = 0; attempt < 20; attempt += 1) {
        const other = Buffer.from(JSON.stringify({ ...made, kid: `made-up-${attempt}` })).toString(
          'base64url',
        );
        expect(await tokens.verify([other, ...rest].join('.'))).toBeUndefined();
      }

      expect(reads).toBe(1);
    });

    it('that are damaged are named without being shown', async () => {
      await secrets.add('signing-key', 'not-a-key-but-secret', 0);

      const failure = await tokens.publicKeys().catch((error: unknown) => error);

      expect(String(failure)).toMatch(/signing key [0-9a-f-]{36} is damaged/);
      expect(String(failure)).not.toContain('not-a');
    });
  });
});
