import { AccountsWorld } from '../../../../test/support/accounts-world.js';
import { InvalidRefreshToken } from '../domain/account.errors.js';

const password = 'correct horse';

describe('LogOut', () => {
  let world: AccountsWorld;

  beforeEach(() => {
    world = new AccountsWorld({});
  });

  afterEach(() => world.close());

  it('ends the session, also by an older token of it, and no other session', async () => {
    const { tokens: first } = await world.register.execute({ username: 'Ann', password });
    const { tokens: other } = await world.logIn.execute({ username: 'Ann', password });
    const second = await world.refreshSession.execute(first);

    await world.logOut.execute(first);

    await expect(world.refreshSession.execute(second)).rejects.toThrow(InvalidRefreshToken);
    expect(await world.refreshSession.execute(other)).toBeDefined();
  });

  it('does nothing when there is no such session, or it has ended', async () => {
    const { tokens } = await world.register.execute({ username: 'Ann', password });

    await world.logOut.execute(tokens);
    await world.logOut.execute(tokens);
    await world.logOut.execute({ refreshToken: 'made-up' });

    await expect(world.refreshSession.execute(tokens)).rejects.toThrow(InvalidRefreshToken);
  });
});
