import { applyDecorators, type ExecutionContext, Injectable, SetMetadata, UseGuards } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail, type ThrottlerOptions } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { MINUTE } from '../../shared/clock.js';
import { RateLimited } from '../http-errors.js';

const THROTTLED = 'posterr:auth-throttle';

/** Refuses attempts beyond the limits of `authThrottlers`, before the body is judged. */
@Injectable()
class AuthThrottleGuard extends ThrottlerGuard {
  protected override throwThrottlingException(
    _context: ExecutionContext,
    { timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    return Promise.reject(new RateLimited(timeToBlockExpire));
  }
}

/** Login: limited for each address and for each account name. */
export const LoginThrottle = (): MethodDecorator =>
  applyDecorators(SetMetadata(THROTTLED, 'login'), UseGuards(AuthThrottleGuard));

/** Registration: limited for each address. */
export const RegistrationThrottle = (): MethodDecorator =>
  applyDecorators(SetMetadata(THROTTLED, 'registration'), UseGuards(AuthThrottleGuard));

/**
 * The stricter limits, in proportion to the requests a minute that are allowed (0: none). Addresses are judged first,
 * so that who has used up their own attempts cannot use up those of an account.
 */
export function authThrottlers(requestsPerMinute: number): ThrottlerOptions[] {
  // An empty list would be warned of at every start.
  if (requestsPerMinute === 0) return [{ name: 'none', ttl: MINUTE, limit: 1, skipIf: () => true }];
  const share = (parts: number): number => Math.max(Math.floor(requestsPerMinute / parts), 1);
  const common = { ttl: MINUTE, setHeaders: false };
  return [
    { ...common, name: 'login-address', limit: share(10), skipIf: unless('login') },
    { ...common, name: 'registration-address', limit: share(10), skipIf: unless('registration') },
    {
      ...common,
      name: 'login-account',
      limit: share(30),
      skipIf: (context) => unless('login')(context) || accountOf(context) === undefined,
      getTracker: (_request, context) => accountOf(context) ?? '',
    },
  ];
}

const unless =
  (operation: 'login' | 'registration') =>
  (context: ExecutionContext): boolean =>
    Reflect.getMetadata(THROTTLED, context.getHandler()) !== operation;

/** The name in a body that nobody has judged yet. */
function accountOf(context: ExecutionContext): string | undefined {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  const named = typeof body === 'object' && body !== null && 'username' in body ? body.username : undefined;
  return typeof named === 'string' ? named.toLowerCase() : undefined;
}
