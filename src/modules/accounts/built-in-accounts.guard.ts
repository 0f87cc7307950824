import { type CanActivate, Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { AccountsKeptByIssuer } from './domain/account.errors.js';

/** Lets requests pass only while Posterr keeps the accounts itself. */
@Injectable()
export class BuiltInAccounts implements CanActivate {
  constructor(private readonly config: Config) {}

  canActivate(): boolean {
    if (this.config.oidc) throw new AccountsKeptByIssuer();
    return true;
  }
}
