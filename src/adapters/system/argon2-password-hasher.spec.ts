import { TooManyPasswords } from '../../modules/accounts/domain/account.errors.js';
import { Argon2PasswordHasher } from './argon2-password-hasher.js';

describe('Argon2PasswordHasher', () => {
  const hasher = new Argon2PasswordHasher();

  it('keeps a password as argon2id with the cost that OWASP asks for, and its own salt', async () => {
    const [one, two] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')]);

    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  it('knows the password again, and no other', async () => {
    const hash = await hasher.hash('correct horse');

    expect(await hasher.verify('correct horse', hash)).toBe(true);
    expect(await hasher.verify('correct horsf', hash)).toBe(false);
  });

  it('takes a password typed in another Unicode form for the same', async () => {
    const hash = await hasher.hash('caf\u00e9 au lait');

    expect(await hasher.verify('cafe\u0301 au lait', hash)).toBe(true);
  });

  it('does the same work for somebody unknown, and refuses them', async () => {
    const hash = await hasher.hash('correct horse');
    const costOf = async (known: string | undefined): Promise<number> => {
      const runs: number[] = [];
      for (let run = 0; run < 5; run += 1) {
        const start = performance.now();
        expect(await hasher.verify('wrong', known)).toBe(false);
        runs.push(performance.now() - start);
      }
      return Math.min(...runs);
    };

    const ratio = (await costOf(undefined)) / (await costOf(hash));

    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2.5);
  });

  it('lets a flood wait, refuses what is too much, and works on afterwards', async () => {
    const hash = await hasher.hash('correct horse');

    const flood = await Promise.allSettled(
      Array.from({ length: 210 }, () => hasher.verify('correct horse', hash)),
    );

    const refused = flood.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(8);
    expect(refused.every((one) => one.status === 'rejected' && one.reason instanceof TooManyPasswords)).toBe(
      true,
    );
    expect(await hasher.verify('correct horse', hash)).toBe(true);
  });
});
