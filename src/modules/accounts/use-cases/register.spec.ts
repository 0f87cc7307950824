import { AccountsWorld } from '../../../../test/support/accounts-world.js';
import { ValidationFailed } from '../../../shared/errors.js';
import { UsernameTaken } from '../../users/users.public.js';

describe('Register', () => {
  let world: AccountsWorld;

  beforeEach(() => {
    world = new AccountsWorld({ adminUsernames: ['root'] });
  });

  afterEach(() => world.close());

  it('makes a user who is logged in', async () => {
    const { userId, tokens } = await world.register.execute({
      username: 'Ann',
      password: 'correct horse',
      displayName: '  Ann  ',
    });

    expect(tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 900 });
    expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({ userId, roles: [] });
    expect((await world.users.summaries([userId])).get(userId)).toEqual({
      id: userId,
      username: 'Ann',
      displayName: 'Ann',
    });
  });

  it('keeps the password as argon2id only', async () => {
    await world.register.execute({ username: 'Ann', password: 'correct horse' });

    expect((await world.accounts.findPassword('ann'))?.passwordHash).toMatch(/^\$argon2id\$/);
  });

  it('makes an administrator of whom the configuration names', async () => {
    const { tokens } = await world.register.execute({ username: 'Root', password: 'correct horse' });

    expect(await world.accessTokens.verify(tokens.accessToken)).toMatchObject({ roles: ['admin'] });
  });

  it('gives a name to one of those who want it at once, whatever its case', async () => {
    const attempts = ['ann', 'Ann', 'ANN', 'aNN'].map((username) =>
      world.register.execute({ username, password: 'correct horse' }),
    );
    const results = await Promise.allSettled(attempts);

    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(3);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(UsernameTaken);
  });

  it.each<[string, string, string, string]>([
    ['no username', '', 'correct horse', '/username malformed'],
    ['a long username', 'a'.repeat(15), 'correct horse', '/username malformed'],
    ['a username with a line end', 'ann\n', 'correct horse', '/username malformed'],
    ['a username with other letters', 'änn', 'correct horse', '/username malformed'],
    ['a short password', 'ann', '1234567', '/password too-short'],
    ['a password short in code points', 'ann', '😀'.repeat(7), '/password too-short'],
    ['a long password', 'ann', 'a'.repeat(129), '/password too-long'],
    ['half of a surrogate pair', 'ann', 'correct horse \ud83d', '/password malformed'],
  ])('refuses %s', async (_, username, password, fault) => {
    const failure: unknown = await world.register
      .execute({ username, password })
      .catch((error: unknown) => error);

    if (!(failure instanceof ValidationFailed)) throw failure;
    expect(failure.faults.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([fault]);
    if (password !== '') expect(failure.message).not.toContain(password);
  });

  it('takes the shortest and the longest password, counted in code points', async () => {
    for (const [username, password] of [
      ['ann', '😀'.repeat(8)],
      ['bob', '😀'.repeat(128)],
    ] as const) {
      await world.register.execute({ username, password });
      expect(await world.logIn.execute({ username, password })).toBeDefined();
    }
  });

  it('names every field that is wrong', async () => {
    const failure: unknown = await world.register
      .execute({ username: 'a b', password: 'short', displayName: 'two\nlines' })
      .catch((error: unknown) => error);

    if (!(failure instanceof ValidationFailed)) throw failure;
    expect(failure.faults.map(({ pointer }) => pointer)).toEqual(['/username', '/password', '/displayName']);
  });
});
