import type { Id } from '../../../shared/ids.js';

export interface UserSummary {
  readonly id: Id;
  /** As its owner wrote it; unique without regard to case. */
  readonly username: string;
  readonly displayName?: string;
}

/** A person who publishes. Joined at the time of the id. */
export interface User extends UserSummary {
  readonly bio?: string;
}

/** What is absent stays as it is; an empty `bio` removes it. */
export interface ProfileChanges {
  readonly username?: string;
  readonly displayName?: string;
  readonly bio?: string;
}

export const USERNAME_FORM = /^[A-Za-z0-9]{1,14}$/;
export const DISPLAY_NAME_LENGTH = 50;
export const BIO_LENGTH = 160;
