import { AccountsWorld } from '../../../../test/support/accounts-world.js';
import { DAY } from '../../../shared/clock.js';
import type { Id } from '../../../shared/ids.js';
import { InvalidRefreshToken } from '../domain/account.errors.js';
import { digestOf } from '../refresh-token.js';
import type { Tokens } from '../sessions.js';

const password = 'correct horse';

describe('RefreshSession', () => {
  let world: AccountsWorld;
  let ann: Id;
  let first: Tokens;

  beforeEach(async () => {
    world = new AccountsWorld({ adminUsernames: ['root'], refreshTokenDays: 30 });
    ({ userId: ann, tokens: first } = await world.register.execute({ username: 'Ann', password }));
  });

  afterEach(() => world.close());

  const renew = ({ refreshToken }: { refreshToken: string }): Promise<Tokens> =>
    world.refreshSession.execute({ refreshToken });

  it('trades a refresh token for new tokens, again and again', async () => {
    let tokens = first;
    for (let round = 0; round < 3; round += 1) {
      const next = await renew(tokens);
      expect(next.refreshToken).not.toBe(tokens.refreshToken);
      expect(await world.accessTokens.verify(next.accessToken)).toMatchObject({ userId: ann });
      tokens = next;
    }
  });

  it('ends the session when a token is used twice', async () => {
    const second = await renew(first);

    await expect(renew(first)).rejects.toThrow(InvalidRefreshToken);

    await expect(renew(second)).rejects.toThrow(InvalidRefreshToken);
  });

  it('ends the session when a token was used twice long ago in it', async () => {
    const second = await renew(first);
    const third = await renew(second);
    const fourth = await renew(third);

    await expect(renew(first)).rejects.toThrow(InvalidRefreshToken);

    await expect(renew(fourth)).rejects.toThrow(InvalidRefreshToken);
  });

  it('lets one of two at once win, and ends the session', async () => {
    const results = await Promise.allSettled([renew(first), renew(first)]);

    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(won).toHaveLength(1);
    for (const tokens of won) await expect(renew(tokens)).rejects.toThrow(InvalidRefreshToken);
  });

  it('leaves the other sessions of the user alone', async () => {
    const other = (await world.logIn.execute({ username: 'Ann', password })).tokens;
    await renew(first);
    await expect(renew(first)).rejects.toThrow(InvalidRefreshToken);

    expect(await renew(other)).toBeDefined();
  });

  it('refuses an expired token; each trade begins the time anew', async () => {
    world.clock.time += 29 * DAY;
    const second = await renew(first);
    world.clock.time += 29 * DAY;
    const third = await renew(second);
    world.clock.time += 30 * DAY;

    await expect(renew(third)).rejects.toThrow(InvalidRefreshToken);
  });

  it.each(['', 'made-up', 'a'.repeat(43), "' OR 1=1 --", '\u0000'])('refuses %j', async (refreshToken) => {
    await expect(renew({ refreshToken })).rejects.toThrow(InvalidRefreshToken);
    expect(await renew(first)).toBeDefined();
  });

  it('refuses what the store keeps of a token', async () => {
    await expect(renew({ refreshToken: digestOf(first.refreshToken) })).rejects.toThrow(InvalidRefreshToken);
  });

  it('judges the roles by the present name', async () => {
    await world.users.change(ann, { username: 'Root' });
    const second = await renew(first);
    expect(await world.accessTokens.verify(second.accessToken)).toMatchObject({ roles: ['admin'] });

    await world.users.change(ann, { username: 'Ann' });
    const third = await renew(second);
    expect(await world.accessTokens.verify(third.accessToken)).toMatchObject({ roles: [] });
  });

  it('goes on while the signing keys rotate', async () => {
    let tokens = first;
    for (let day = 0; day < 200; day += 20) {
      world.clock.time += 20 * DAY;
      tokens = await renew(tokens);
      expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({ userId: ann });
    }
  });
});
