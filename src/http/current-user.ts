import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Id } from '../shared/ids.js';
import { Forbidden, InvalidToken } from './http-errors.js';

/** Whoever makes a request. */
export interface Actor {
  readonly id: Id;
  readonly roles: readonly string[];
  /** In ms. */
  readonly tokenExpiresAt: number;
}

/** Tells whose a bearer token is. */
export abstract class Authenticator {
  /**
   * @throws InvalidToken when the token is not good, for whatever reason.
   * @throws ServiceUnavailable when it cannot be judged now.
   */
  abstract authenticate(bearerToken: string): Promise<Actor>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent: anonymous. Set once, by the authentication hook. */
    actor: Actor | undefined;
    /** Why the Authorization header of the request is refused. */
    authenticationFault: unknown;
  }
}

const CHALLENGE = 'Bearer realm="posterr"';
/** `b64token` of RFC 6750. */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Finds out who makes each request, before its body is read. A header that is not good is refused on every route,
 * but only after all onRequest hooks, so that such requests are throttled too.
 */
export function registerAuthentication(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const authenticator = app.get(Authenticator, { strict: false });
  fastify.decorateRequest('actor', undefined);
  fastify.decorateRequest('authenticationFault', undefined);
  const authenticate = async (request: FastifyRequest, header: string): Promise<void> => {
    try {
      request.actor = await authenticator.authenticate(bearerTokenOf(header));
    } catch (fault) {
      request.authenticationFault = fault;
    }
  };
  // No promise for the many requests that have no token.
  fastify.addHook('onRequest', (request, _reply, done) => {
    const header = request.headers.authorization;
    if (header === undefined) done();
    else void authenticate(request, header).then(() => done());
  });
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    const fault = request.authenticationFault;
    if (fault instanceof InvalidToken) challenge(reply, 'invalid_token');
    if (fault === undefined) done(null, payload);
    else done(fault as Error);
  });
}

function bearerTokenOf(header: string): string {
  const token = BEARER.exec(header)?.[1];
  if (token === undefined)
    throw new InvalidToken('The Authorization header must be "Bearer", a space and a token.');
  return token;
}

/** RFC 6750, section 3: no error code when the request has no credentials at all. */
function challenge(reply: FastifyReply, error?: 'invalid_token'): void {
  reply.header('WWW-Authenticate', error ? `${CHALLENGE}, error="${error}"` : CHALLENGE);
}

function requireActor(context: ExecutionContext): Actor {
  const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
  if (actor) return actor;
  challenge(context.switchToHttp().getResponse<FastifyReply>());
  throw new InvalidToken(
    'This needs an access token: log in, and send it as "Authorization: Bearer <token>".',
  );
}

@Injectable()
class ActorGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    requireActor(context);
    return true;
  }
}

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (!requireActor(context).roles.includes('admin')) throw new Forbidden();
    return true;
  }
}

/** Only for authenticated users. */
export const Authenticated = (): MethodDecorator => applyDecorators(UseGuards(ActorGuard), ApiBearerAuth());

/** For everybody; who is authenticated learns more. */
export const OptionallyAuthenticated = (): MethodDecorator =>
  applyDecorators(ApiBearerAuth(), ApiSecurity({}));

/** Only for users with the role `admin`. */
export const AdminOnly = (): MethodDecorator => applyDecorators(UseGuards(AdminGuard), ApiBearerAuth());

/** The authenticated user of an operation that needs one. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext) =>
  requireActor(context),
);

/** The id of the authenticated user, if the request has one. */
export const Reader = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().actor?.id,
);
