import { AccountsWorld } from '../../../test/support/accounts-world.js';
import { MINUTE } from '../../shared/clock.js';
import { VerifiedTokens } from './verified-tokens.js';

describe('VerifiedTokens', () => {
  let world: AccountsWorld;
  let tokens: VerifiedTokens;
  let checks: number;
  let token: string;

  beforeEach(async () => {
    world = new AccountsWorld({});
    checks = 0;
    const { accessTokens } = world;
    const verify = accessTokens.verify.bind(accessTokens);
    accessTokens.verify = (checked) => {
      checks += 1;
      return verify(checked);
    };
    tokens = new VerifiedTokens(accessTokens, world.clock);
    ({ token } = await accessTokens.issue('0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f', ['admin']));
  });

  afterEach(() => world.close());

  it('checks a good token once', async () => {
    const first = await tokens.verify(token);

    expect(first?.roles).toEqual(['admin']);
    expect(await tokens.verify(token)).toEqual(first);
    expect(checks).toBe(1);
  });

  it('forgets it when it expires', async () => {
    await tokens.verify(token);
    world.clock.time += 15 * MINUTE - 1;
    expect(await tokens.verify(token)).toBeDefined();
    world.clock.time += 1;

    expect(await tokens.verify(token)).toBeUndefined();
  });

  it('does not take another token for it', async () => {
    await tokens.verify(token);
    const other = token.at(-5) === 'A' ? 'B' : 'A';

    expect(await tokens.verify(`${token}.`)).toBeUndefined();
    expect(await tokens.verify(token.slice(0, -10))).toBeUndefined();
    expect(await tokens.verify(token.slice(0, -5) + other + token.slice(-4))).toBeUndefined();
  });

  it('remembers no refusal', async () => {
    await tokens.verify('made-up');
    await tokens.verify('made-up');

    expect(checks).toBe(2);
  });
});
