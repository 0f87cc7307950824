import { Module } from '@nestjs/common';
import { Config } from '../../config.js';
import { Authenticator } from '../../http/current-user.js';
import { Clock } from '../../shared/clock.js';
import { UsersModule } from '../users/users.public.js';
import { AccountsController } from './accounts.controller.js';
import { AccessTokens } from './accounts.ports.js';
import { JwksController } from './jwks.controller.js';
import { OutsideTokens } from './outside-tokens.js';
import { Sessions } from './sessions.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { AdmitOutsider } from './use-cases/admit-outsider.js';
import { LogIn } from './use-cases/log-in.js';
import { LogOut } from './use-cases/log-out.js';
import { RefreshSession } from './use-cases/refresh-session.js';
import { Register } from './use-cases/register.js';
import { VerifiedTokens } from './verified-tokens.js';

@Module({
  imports: [UsersModule],
  controllers: [AccountsController, JwksController],
  providers: [
    Sessions,
    Register,
    LogIn,
    RefreshSession,
    LogOut,
    AdmitOutsider,
    OutsideTokens,
    {
      provide: Authenticator,
      inject: [Config, Clock, AccessTokens, OutsideTokens],
      useFactory: (config: Config, clock: Clock, ours: AccessTokens, outside: OutsideTokens) =>
        new TokenAuthenticator(new VerifiedTokens(config.oidc ? outside : ours, clock)),
    },
  ],
  exports: [Authenticator],
})
export class AccountsModule {}
