import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../shared/clock.js';
import { type Bearer, TokenVerifier } from './accounts.ports.js';

/** Some 300 bytes each. */
const REMEMBERED = 20_000;

/**
 * Remembers good tokens until they expire, so that a signature is checked once and not with every request. Tokens are
 * remembered by their digest: an entry has a bounded size, and a dump of the memory gives no tokens away.
 */
export class VerifiedTokens extends TokenVerifier {
  private readonly bearers = new LRUCache<string, Bearer>({ max: REMEMBERED });

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async verify(token: string): Promise<Bearer | undefined> {
    const digest = hash('sha256', token, 'base64url');
    const known = this.bearers.get(digest);
    if (known && this.clock.now() < known.expiresAt) return known;
    const bearer = await this.verifier.verify(token);
    if (bearer) this.bearers.set(digest, bearer);
    else this.bearers.delete(digest);
    return bearer;
  }
}
