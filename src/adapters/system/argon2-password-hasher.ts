import { hash, type Options, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../../modules/accounts/accounts.ports.js';
import { TooManyPasswords } from '../../modules/accounts/domain/account.errors.js';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes and 1 lane. argon2id is the library's default. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } satisfies Options;

/** A well-formed hash, of the same cost, that no password has. */
const NOBODYS = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Hashings at once: each takes 19 MiB and one of libuv's four threads, of which others need some too. */
const AT_ONCE = 2;

/** Hashings that wait: about three seconds of work. A longer queue would be answered when its clients have gone. */
const WAITING = 200;

/** argon2id with bounded memory: a flood of logins waits, and is refused when too many wait. */
@Injectable()
export class Argon2PasswordHasher extends PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  override hash(password: string): Promise<string> {
    return this.inTurn(() => hash(canonical(password), COST));
  }

  override async verify(password: string, known: string | undefined): Promise<boolean> {
    const matches = await this.inTurn(() => verify(known ?? NOBODYS, canonical(password)));
    return matches && known !== undefined;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running < AT_ONCE) this.running += 1;
    else if (this.waiting.length < WAITING) await new Promise<void>((start) => this.waiting.push(start));
    else throw new TooManyPasswords();
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}

/** Keyboards write the same password in different ways: NIST SP 800-63B wants it normalised before hashing. */
function canonical(password: string): string {
  return password.normalize('NFKC');
}
