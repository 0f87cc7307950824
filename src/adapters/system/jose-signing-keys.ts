import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import type { PublicKey, Secret, SecretStore } from '../../modules/accounts/accounts.ports.js';
import {
  KEYS_RELOADED_AFTER,
  keysOutlivedBefore,
  signingKeyAt,
} from '../../modules/accounts/domain/signing-key.js';
import { type Clock, DAY, SECOND } from '../../shared/clock.js';
import { type Id, timeOf } from '../../shared/ids.js';

/** ECDSA on P-256: every JOSE library knows it, and it was measured to verify cheaper than Ed25519 here. */
export const ALGORITHM = 'ES256';

/** A key that nobody knows makes the keys be read again, at most so often (ms). */
const UNKNOWN_KEY_COOL_DOWN = 10 * SECOND;

export interface SigningKey {
  readonly id: Id;
  readonly signs: CryptoKey;
  readonly verifies: CryptoKey;
  readonly published: PublicKey;
}

export interface SigningKeyTerms {
  /** A new key is made when the newest is this old. */
  readonly keyDays: number;
  /** Lifetime of what the keys sign. */
  readonly tokenSeconds: number;
}

/**
 * The signing keys that all processes share. There is no timer: whoever uses the keys and finds them read long ago
 * reads them again, makes a new one when it is due, and removes those that have outlived their tokens.
 */
export class SigningKeys {
  private keys: ReadonlyMap<Id, SigningKey> = new Map();
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly secrets: SecretStore,
    private readonly clock: Clock,
    private readonly terms: SigningKeyTerms,
  ) {}

  /** The key to sign with now. */
  async current(): Promise<SigningKey> {
    await this.readUnlessYoungerThan(KEYS_RELOADED_AFTER);
    const key = signingKeyAt([...this.keys.values()], this.clock.now());
    if (!key) throw new Error('The store of secrets keeps no signing key.');
    return key;
  }

  async find(id: string): Promise<SigningKey | undefined> {
    await this.readUnlessYoungerThan(KEYS_RELOADED_AFTER);
    if (!this.keys.has(id)) await this.readUnlessYoungerThan(UNKNOWN_KEY_COOL_DOWN);
    return this.keys.get(id);
  }

  /** Every key with which a good token can be signed, now or soon. */
  async published(): Promise<readonly PublicKey[]> {
    await this.readUnlessYoungerThan(KEYS_RELOADED_AFTER);
    return [...this.keys.values()].map(({ published }) => published);
  }

  private async readUnlessYoungerThan(age: number): Promise<void> {
    if (Math.abs(this.clock.now() - this.readAt) < age) return;
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  private async read(): Promise<void> {
    const now = this.clock.now();
    const secrets = await this.withoutOutlived(await this.withFreshKey(now), now);
    const keys = await Promise.all(
      secrets.map(async (secret) => this.keys.get(secret.id) ?? imported(secret)),
    );
    this.keys = new Map(keys.map((key) => [key.id, key]));
    this.readAt = now;
  }

  private async withFreshKey(now: number): Promise<Secret[]> {
    const secrets = await this.secrets.list('signing-key');
    const due = now - this.terms.keyDays * DAY;
    const newest = secrets.at(-1);
    if (newest && timeOf(newest.id) > due) return secrets;
    await this.secrets.add('signing-key', await newKey(), due);
    return this.secrets.list('signing-key');
  }

  private async withoutOutlived(secrets: readonly Secret[], now: number): Promise<readonly Secret[]> {
    const before = keysOutlivedBefore(secrets, now, this.terms.tokenSeconds * SECOND);
    const alive = secrets.filter(({ id }) => timeOf(id) >= before);
    if (alive.length < secrets.length) await this.secrets.removeOlderThan('signing-key', before);
    return alive;
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return JSON.stringify(await exportJWK(privateKey));
}

async function imported({ id, value }: Secret): Promise<SigningKey> {
  const jwk = parsed(id, value);
  const { kty, crv, x, y } = jwk as Required<JWK>;
  const open = { kty, crv, x, y };
  return {
    id,
    signs: (await importJWK(jwk, ALGORITHM)) as CryptoKey,
    verifies: (await importJWK(open, ALGORITHM)) as CryptoKey,
    published: { ...open, kid: id, alg: ALGORITHM, use: 'sig' },
  };
}

function parsed(id: Id, value: string): JWK {
  try {
    return JSON.parse(value) as JWK;
  } catch {
    // The parser's own message would quote the secret.
    throw new Error(`The signing key ${id} is damaged.`);
  }
}
