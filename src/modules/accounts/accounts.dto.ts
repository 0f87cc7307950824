import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsString, MaxLength, ValidateIf } from 'class-validator';
import { USERNAME_FORM, UserView } from '../users/users.public.js';
import { PASSWORD_LENGTH } from './registration.js';

/** Of passwords and tokens that somebody claims to have: UTF-16 units, far above any true one. */
const CLAIMED_LENGTH = 1_024;

@ApiSchema({ description: 'Who wants to join.' })
export class RegisterBody {
  /**
   * 1 to 14 ASCII letters and digits. It keeps its case, but is unique without regard to it.
   * @example 'Ada'
   */
  @ApiProperty({ pattern: USERNAME_FORM.source })
  @IsString()
  username!: string;

  /**
   * 8 to 128 characters, counted as Unicode code points.
   * @example 'correct horse battery staple'
   */
  @ApiProperty({ format: 'password', minLength: PASSWORD_LENGTH.min, maxLength: PASSWORD_LENGTH.max })
  @IsString()
  password!: string;

  /**
   * One line of 1 to 50 characters.
   * @example 'Ada Lovelace'
   */
  @ValidateIf((_, value) => value !== undefined)
  @IsString()
  displayName?: string;
}

@ApiSchema({ description: 'Who somebody claims to be.' })
export class LoginBody {
  /**
   * Case is ignored.
   * @example 'Ada'
   */
  @IsString()
  @MaxLength(CLAIMED_LENGTH)
  username!: string;

  /** @example 'correct horse battery staple' */
  @ApiProperty({ format: 'password' })
  @IsString()
  @MaxLength(CLAIMED_LENGTH)
  password!: string;
}

@ApiSchema({ description: 'The newest refresh token of a session.' })
export class RefreshBody {
  /** @example 'pH3uI0kq9m2yVt6Jc8sXw1zRb5eNd7fGa4hKl0oQxTU' */
  @IsString()
  @MaxLength(CLAIMED_LENGTH)
  refreshToken!: string;
}

@ApiSchema({ description: 'Any refresh token of the session to end.' })
export class LogoutBody extends RefreshBody {}

@ApiSchema({ description: 'What a client needs to act for a user.' })
export class TokensView {
  /**
   * A JWT for the header `Authorization: Bearer …`; its keys are at `/.well-known/jwks.json`.
   * @example 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkyYjNmNCJ9.c2lnbmF0dXJl'
   */
  accessToken!: string;

  /** @example 'Bearer' */
  @ApiProperty({ enum: ['Bearer'] })
  tokenType!: 'Bearer';

  /**
   * Lifetime of the access token, in seconds.
   * @example 900
   */
  expiresIn!: number;

  /**
   * Good once, for new tokens; using it again ends the session.
   * @example 'pH3uI0kq9m2yVt6Jc8sXw1zRb5eNd7fGa4hKl0oQxTU'
   */
  refreshToken!: string;
}

@ApiSchema({ description: 'New tokens of a session.' })
export class RenewedSessionView {
  tokens!: TokensView;
}

@ApiSchema({ description: 'A session that begins, and whose it is.' })
export class SessionView extends RenewedSessionView {
  user!: UserView;
}

@ApiSchema({ description: 'A public key as of RFC 7517.' })
export class PublicKeyView {
  /** @example 'EC' */
  kty!: string;
  /** @example 'P-256' */
  crv!: string;
  /** @example '0192b3f4-8c1e-7a52-9d43-5f0c7c1d2e3f' */
  kid!: string;
  /** @example 'ES256' */
  alg!: string;
  /** @example 'sig' */
  use!: string;
  /** @example 'WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis' */
  x!: string;
  /** @example 'y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE' */
  y!: string;
}

@ApiSchema({ description: 'A JWK Set as of RFC 7517.' })
export class PublicKeysView {
  keys!: PublicKeyView[];
}
