import { AccountsWorld } from '../../../../test/support/accounts-world.js';
import { InvalidCredentials } from '../domain/account.errors.js';

const password = 'correct horse';

describe('LogIn', () => {
  let world: AccountsWorld;

  beforeEach(async () => {
    world = new AccountsWorld({ adminUsernames: ['root'] });
    await world.register.execute({ username: 'Ann', password });
    await world.register.execute({ username: 'Root', password });
  });

  afterEach(() => world.close());

  it('ignores the case of the name', async () => {
    const { userId, tokens } = await world.logIn.execute({ username: 'aNN', password });

    expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({ userId, roles: [] });
  });

  it('makes an administrator of whom the configuration names', async () => {
    const { tokens } = await world.logIn.execute({ username: 'rOOT', password });

    expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({ roles: ['admin'] });
  });

  it.each([
    ['a wrong password', 'Ann', 'correct horsf'],
    ['the case of the password', 'Ann', 'Correct horse'],
    ['nobody', 'bob', password],
    ['no password', 'Ann', ''],
    ['no name', '', password],
    ['a pattern for a name', '%', password],
    ['a statement for a name', "Ann' OR '1'='1", password],
    ['a name with a zero in it', 'Ann\u0000', password],
    ['half a surrogate pair', '\ud83d', password],
  ])('refuses %s, always in the same words', async (_, username, wrong) => {
    const failure: unknown = await world.logIn
      .execute({ username, password: wrong })
      .catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(InvalidCredentials);
    expect((failure as Error).message).toBe('There is no account of that name and password.');
  });

  it('refuses whom an outside issuer knows, because they have no password', async () => {
    await world.accounts.register({
      username: 'eve',
      credential: { issuer: 'https://issuer.example', subject: '7' },
    });

    await expect(world.logIn.execute({ username: 'eve', password: '' })).rejects.toThrow(InvalidCredentials);
  });

  it('takes about as long for somebody unknown as for a wrong password', async () => {
    const fastest = async (username: string): Promise<number> => {
      const runs: number[] = [];
      for (let run = 0; run < 5; run += 1) {
        const start = performance.now();
        await world.logIn.execute({ username, password: 'wrong horse' }).catch(() => undefined);
        runs.push(performance.now() - start);
      }
      return Math.min(...runs);
    };

    const ratio = (await fastest('nobody')) / (await fastest('Ann'));

    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2.5);
  });
});
