import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { Clock, SECOND } from '../../shared/clock.js';
import { UserStore } from '../users/users.public.js';
import { type Bearer, OutsideIssuer, TokenVerifier } from './accounts.ports.js';
import { rolesOf } from './domain/role.js';
import { AdmitOutsider } from './use-cases/admit-outsider.js';

/** Judges the tokens of the outside issuer. Roles come from the person's name here, not from the token. */
@Injectable()
export class OutsideTokens extends TokenVerifier {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly issuer: OutsideIssuer,
    private readonly admitOutsider: AdmitOutsider,
    private readonly users: UserStore,
  ) {
    super();
  }

  /** @throws IssuerUnavailable */
  override async verify(token: string): Promise<Bearer | undefined> {
    const person = await this.issuer.identify(token);
    if (!person) return undefined;
    const userId = await this.admitOutsider.execute(person);
    const user = (await this.users.summaries([userId])).get(userId);
    if (!user) return undefined;
    // Names change: roles are judged anew as often as with the built-in accounts, however long the token is good.
    const judgedUntil = this.clock.now() + this.config.accessTokenSeconds * SECOND;
    return {
      userId,
      roles: rolesOf(user.username, this.config.adminUsernames),
      expiresAt: Math.min(person.expiresAt, judgedUntil),
    };
  }
}
