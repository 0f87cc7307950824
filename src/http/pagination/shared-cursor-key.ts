import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecretStore } from '../../modules/accounts/accounts.public.js';
import { CursorKey } from './cursor-key.js';

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
    // Of several processes that start at once, one has added its own.
    const [added] = await this.secrets.list('cursor-key');
    if (!added) throw new Error('The key of the cursors was not kept.');
    return Buffer.from(added.value, 'base64url');
  }
}
