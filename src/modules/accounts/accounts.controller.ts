import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Problems } from '../../http/problems.decorator.js';
import { LoginThrottle, RegistrationThrottle } from '../../http/throttling/auth-throttle.decorator.js';
import { UserViews } from '../users/users.public.js';
import {
  LoginBody,
  LogoutBody,
  RefreshBody,
  RegisterBody,
  RenewedSessionView,
  SessionView,
} from './accounts.dto.js';
import { BuiltInAccounts } from './built-in-accounts.guard.js';
import { type LoggedIn, LogIn } from './use-cases/log-in.js';
import { LogOut } from './use-cases/log-out.js';
import { RefreshSession } from './use-cases/refresh-session.js';
import { Register } from './use-cases/register.js';

@ApiTags('accounts')
@Controller('v1/auth')
@UseGuards(BuiltInAccounts)
export class AccountsController {
  constructor(
    private readonly registering: Register,
    private readonly loggingIn: LogIn,
    private readonly refreshing: RefreshSession,
    private readonly loggingOut: LogOut,
    private readonly users: UserViews,
  ) {}

  /**
   * Join, and be logged in
   *
   * The name keeps its case, and is unique without regard to it. The answer holds the tokens of a first session.
   */
  @Post('register')
  @RegistrationThrottle()
  @Problems('not-found', 'username-taken', 'validation-failed')
  async register(@Body() body: RegisterBody): Promise<SessionView> {
    return this.session(await this.registering.execute(body));
  }

  /**
   * Log in
   *
   * Begins a session of its own: others of the same user go on. An unknown name and a wrong password are answered
   * alike.
   */
  @Post('login')
  @HttpCode(200)
  @LoginThrottle()
  @Problems('not-found', 'invalid-credentials', 'validation-failed')
  async login(@Body() body: LoginBody): Promise<SessionView> {
    return this.session(await this.loggingIn.execute(body));
  }

  /**
   * Trade the refresh token for new tokens
   *
   * A refresh token is good once: using it again, at once or later, ends its session.
   */
  @Post('refresh')
  @HttpCode(200)
  @Problems('not-found', 'invalid-refresh-token', 'validation-failed')
  async refresh(@Body() body: RefreshBody): Promise<RenewedSessionView> {
    return { tokens: await this.refreshing.execute(body) };
  }

  /**
   * Log out
   *
   * Ends the session of the refresh token, if there is one. Access tokens stay good until they expire.
   */
  @Post('logout')
  @HttpCode(204)
  @Problems('not-found', 'validation-failed')
  async logout(@Body() body: LogoutBody): Promise<void> {
    await this.loggingOut.execute(body);
  }

  private async session({ userId, tokens }: LoggedIn): Promise<SessionView> {
    return { user: await this.users.one(userId), tokens };
  }
}
