import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecretStore } from '../../modules/accounts/accounts.public.js';

/** The key that authenticates cursors. */
export abstract class CursorKey {
  /** 32 bytes, the same in all processes and after a restart. */
  abstract bytes(): Promise<Uint8Array>;
}

/** Made once, on the first start, and kept with the secrets that all processes share. */
@Injectable()
export class SharedCursorKey extends CursorKey {
  private key?: Promise<Uint8Array>;

  constructor(private readonly secrets: SecretStore) {
    super();
  }

  bytes(): Promise<Uint8Array> {
    this.key ??= this.load().catch((error: unknown) => {
      delete this.key;
      throw error;
    });
    return this.key;
  }

  private async load(): Promise<Uint8Array> {
    const [kept] = await this.secrets.list('cursor-key');
    if (kept) return Buffer.from(kept.value, 'base64url');
    await this.secrets.add('cursor-key', randomBytes(32).toString('base64url'), 0);
    const [oldest] = await this.secrets.list('cursor-key');
    if (!oldest) throw new Error('The key of the cursors was not kept.');
    return Buffer.from(oldest.value, 'base64url');
  }
}
