import { Logger } from '@nestjs/common';
import { AccountsWorld } from '../../../test/support/accounts-world.js';
import { OidcTestIssuer } from '../../../test/support/oidc-issuer.js';
import { MINUTE } from '../../shared/clock.js';
import type { UserSummary } from '../users/users.public.js';
import { IssuerUnavailable } from './domain/account.errors.js';

describe('OutsideTokens', () => {
  let issuer: OidcTestIssuer;
  let world: AccountsWorld;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    issuer = await OidcTestIssuer.start();
    world = new AccountsWorld({
      adminUsernames: ['root'],
      oidc: { issuer: issuer.url, audience: OidcTestIssuer.audience },
    });
  });

  afterEach(async () => {
    await world.close();
    await issuer.stop();
  });

  const tokenOf = (claims: Record<string, unknown>): Promise<string> =>
    issuer.token(claims, { now: world.clock.time });

  /** Comes with a token of these claims. */
  async function come(claims: Record<string, unknown>): Promise<UserSummary | undefined> {
    const bearer = await world.outsideTokens.verify(await tokenOf(claims));
    return bearer && (await world.users.summaries([bearer.userId])).get(bearer.userId);
  }

  it('makes a user of a person at first sight, and knows them again', async () => {
    const claims = { sub: 'auth|7', preferred_username: 'ann.example', name: 'Ann Example' };

    const first = await come(claims);

    expect(first).toMatchObject({ username: 'annexample', displayName: 'Ann Example' });
    expect(await come({ ...claims, preferred_username: 'other', name: 'Other' })).toEqual(first);
    expect(await world.restarted().outsideTokens.verify(await tokenOf(claims))).toMatchObject({
      userId: first?.id,
    });
  });

  it('makes one user of a person who comes with many requests at once', async () => {
    const claims = { sub: 'auth|7', preferred_username: 'ann' };
    const other = world.restarted();
    const processes = [world.outsideTokens, other.outsideTokens];
    const visits = await Promise.all(
      Array.from({ length: 12 }, async (_, visit) =>
        processes[visit % 2]?.verify(await tokenOf({ ...claims, jti: `${visit}` })),
      ),
    );

    expect(new Set(visits.map((bearer) => bearer?.userId)).size).toBe(1);
    expect((await come({ sub: 'auth|8', preferred_username: 'ann' }))?.username).toBe('ann2');
  });

  it('looks a person up once, however many requests come first at once', async () => {
    const find = world.accounts.findSubject.bind(world.accounts);
    let looks = 0;
    world.accounts.findSubject = (issuer, subject) => {
      looks += 1;
      return find(issuer, subject);
    };
    const claims = { sub: 'auth|7', preferred_username: 'ann' };
    await Promise.all(Array.from({ length: 12 }, (_, visit) => come({ ...claims, jti: `${visit}` })));
    await come(claims);

    expect(looks).toBe(1);
  });

  it('gives people of the same name different names', async () => {
    const people = await Promise.all(
      Array.from({ length: 12 }, (_, person) => come({ sub: `auth|${person}`, preferred_username: 'Ann' })),
    );

    const names = new Set(people.map((user) => user?.username.toLowerCase()));
    expect(names.size).toBe(12);
    for (const name of names) expect(name).toMatch(/^ann[0-9]{0,6}$/);
  });

  it.each([
    ['too long', 'x'.repeat(51), 'x'.repeat(50)],
    ['with a line end', 'Ann\nExample', undefined],
    ['without anything visible', ' \u200b ', undefined],
  ])('mends or leaves out a name that is %s', async (_, name, displayName) => {
    expect((await come({ sub: 'auth|7', preferred_username: 'ann', name }))?.displayName).toBe(displayName);
  });

  it('makes an administrator by the name here, and only until it changes', async () => {
    const claims = { sub: 'auth|7', preferred_username: 'root', roles: ['admin'], groups: ['admin'] };
    const root = await world.outsideTokens.verify(await tokenOf(claims));
    expect(root?.roles).toEqual(['admin']);

    await world.users.change(root?.userId ?? '', { username: 'former' });

    expect((await world.outsideTokens.verify(await tokenOf(claims)))?.roles).toEqual([]);
  });

  it('believes the token no roles', async () => {
    const bearer = await world.outsideTokens.verify(
      await tokenOf({ sub: 'auth|7', preferred_username: 'ann', roles: ['admin'] }),
    );

    expect(bearer?.roles).toEqual([]);
  });

  it('judges a long-lived token anew after fifteen minutes', async () => {
    const end = world.clock.time + 600 * MINUTE;

    const bearer = await world.outsideTokens.verify(await tokenOf({ sub: 'auth|7', exp: end / 1_000 }));

    expect(bearer?.expiresAt).toBe(world.clock.time + 15 * MINUTE);
  });

  it('takes no token that Posterr signed itself', async () => {
    const { token } = await world.accessTokens.issue('0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f', ['admin']);

    expect(await world.outsideTokens.verify(token)).toBeUndefined();
  });

  it('says so when it cannot judge a token, and recovers', async () => {
    const token = await tokenOf({ sub: 'auth|7' });
    await issuer.stop();
    await expect(world.outsideTokens.verify(token)).rejects.toThrow(IssuerUnavailable);

    await issuer.resume();
    world.clock.time += MINUTE;

    expect(await world.outsideTokens.verify(token)).toBeDefined();
  });
});
