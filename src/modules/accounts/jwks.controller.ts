import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Config } from '../../config.js';
import { SECOND } from '../../shared/clock.js';
import { PublicKeysView } from './accounts.dto.js';
import { AccessTokens } from './accounts.ports.js';
import { KEYS_CACHED_FOR } from './domain/signing-key.js';

@ApiTags('accounts')
@Controller('.well-known/jwks.json')
export class JwksController {
  constructor(
    private readonly config: Config,
    private readonly accessTokens: AccessTokens,
  ) {}

  /**
   * The keys that verify access tokens
   *
   * A JWK Set. A new key is published ten minutes before it signs, so keeping the answer for five minutes is safe. Where
   * an outside issuer keeps the accounts the set is empty: Posterr signs nothing then.
   */
  @Get()
  @Header('Cache-Control', `public, max-age=${KEYS_CACHED_FOR / SECOND}`)
  async getSigningKeys(): Promise<PublicKeysView> {
    if (this.config.oidc) return { keys: [] };
    return { keys: [...(await this.accessTokens.publicKeys())] };
  }
}
