import { SubjectTaken } from '../../src/modules/accounts/domain/account.errors.js';
import { UsernameTaken } from '../../src/modules/users/domain/user.errors.js';
import { DAY, HOUR } from '../../src/shared/clock.js';
import { timeOf } from '../../src/shared/ids.js';
import { type OpenAdapters, Stores } from '../support/stores.js';

/** What every AccountStore, RefreshTokenStore and SecretStore promises. */
export function accountStoresContract(open: OpenAdapters): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await Stores.open(open);
  });
  afterEach(() => stores.close());

  describe('accounts', () => {
    it('with a password are found by the name in any case, and follow a rename', async () => {
      const userId = await stores.user('Ada');
      expect(await stores.accounts.findPassword('aDA')).toEqual({ userId, passwordHash: 'hash of Ada' });
      await stores.users.change(userId, { username: 'grace' });
      expect(await stores.accounts.findPassword('ada')).toBeUndefined();
      expect((await stores.accounts.findPassword('grace'))?.userId).toBe(userId);
    });

    it('of an outside issuer are found by its subject and have no password', async () => {
      const credential = { issuer: 'https://id.example', subject: 's' };
      const userId = await stores.accounts.register({ username: 'ada', credential });
      expect(await stores.accounts.findSubject('https://id.example', 's')).toBe(userId);
      expect(await stores.accounts.findSubject('https://other.example', 's')).toBeUndefined();
      expect(await stores.accounts.findPassword('ada')).toBeUndefined();
      await expect(stores.accounts.register({ username: 'bob', credential })).rejects.toThrow(SubjectTaken);
      expect(await stores.users.findByUsername('bob')).toBeUndefined();
    });

    it('of many at once with one name or one subject, one is made', async () => {
      const named = await Promise.allSettled(Array.from({ length: 10 }, () => stores.user('ada')));
      const failures = named.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      expect(failures).toHaveLength(9);
      for (const failure of failures) expect(failure).toBeInstanceOf(UsernameTaken);
      const credential = { issuer: 'i', subject: 's' };
      const outside = await Promise.allSettled(
        Array.from({ length: 10 }, (_, n) => stores.accounts.register({ username: `user${n}`, credential })),
      );
      expect(outside.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
  });

  describe('refresh tokens', () => {
    it('are traded one after the other', async () => {
      const ada = await stores.user('ada');
      const later = stores.clock.now() + DAY;
      await stores.refreshTokens.open(ada, 'first', later);
      expect(await stores.refreshTokens.rotate('unknown', 'x', later)).toBeUndefined();
      expect(await stores.refreshTokens.rotate('first', 'second', later)).toBe(ada);
      expect(await stores.refreshTokens.rotate('second', 'third', later)).toBe(ada);
    });

    it('used twice end their family, and no other', async () => {
      const ada = await stores.user('ada');
      const later = stores.clock.now() + DAY;
      await stores.refreshTokens.open(ada, 'one', later);
      await stores.refreshTokens.open(ada, 'other', later);
      await stores.refreshTokens.rotate('one', 'two', later);
      expect(await stores.refreshTokens.rotate('one', 'thief', later)).toBeUndefined();
      expect(await stores.refreshTokens.rotate('two', 'three', later)).toBeUndefined();
      expect(await stores.refreshTokens.rotate('thief', 'x', later)).toBeUndefined();
      expect(await stores.refreshTokens.rotate('other', 'next', later)).toBe(ada);
    });

    it('used many times at once: one wins, and the family is dead', async () => {
      const ada = await stores.user('ada');
      const later = stores.clock.now() + DAY;
      await stores.refreshTokens.open(ada, 'first', later);
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, n) => stores.refreshTokens.rotate('first', `next${n}`, later)),
      );
      expect(results.filter((userId) => userId === ada)).toHaveLength(1);
      for (let n = 0; n < 10; n += 1) {
        expect(await stores.refreshTokens.rotate(`next${n}`, `more${n}`, later)).toBeUndefined();
      }
    });

    it('end with their time, or when told', async () => {
      const ada = await stores.user('ada');
      await stores.refreshTokens.open(ada, 'short', stores.clock.now() + HOUR);
      await stores.refreshTokens.open(ada, 'told', stores.clock.now() + DAY);
      stores.clock.advance(HOUR);
      expect(await stores.refreshTokens.rotate('short', 'x', stores.clock.now() + DAY)).toBeUndefined();
      await stores.refreshTokens.rotate('told', 'next', stores.clock.now() + DAY);
      await stores.refreshTokens.end('next');
      await stores.refreshTokens.end('next');
      await stores.refreshTokens.end('unknown');
      expect(await stores.refreshTokens.rotate('next', 'x', stores.clock.now() + DAY)).toBeUndefined();
    });
  });

  describe('secrets', () => {
    it('are added once by many at once, and anew when the newest is old', async () => {
      expect(await stores.secrets.list('cursor-key')).toEqual([]);
      await Promise.all(Array.from({ length: 10 }, (_, n) => stores.secrets.add('cursor-key', `${n}`, 0)));
      const [first, ...more] = await stores.secrets.list('cursor-key');
      expect(more).toEqual([]);
      expect(timeOf(first?.id ?? '')).toBe(stores.clock.now());
      expect(await stores.secrets.list('signing-key')).toEqual([]);
      stores.clock.advance(DAY);
      await stores.secrets.add('cursor-key', 'too early', stores.clock.now() - 2 * DAY);
      await stores.secrets.add('cursor-key', 'next', stores.clock.now() - DAY);
      expect((await stores.secrets.list('cursor-key')).map(({ value }) => value)).toEqual([
        first?.value,
        'next',
      ]);
      await stores.secrets.removeOlderThan('cursor-key', stores.clock.now());
      expect((await stores.secrets.list('cursor-key')).map(({ value }) => value)).toEqual(['next']);
    });
  });
}
