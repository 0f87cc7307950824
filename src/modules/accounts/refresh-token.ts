import { hash, randomBytes } from 'node:crypto';

/** A new refresh token: 256 random bits, opaque to everybody. */
export function newRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a refresh token. A plain digest is enough: 256 random bits cannot be guessed from it. */
export function digestOf(refreshToken: string): string {
  return hash('sha256', refreshToken, 'base64url');
}
