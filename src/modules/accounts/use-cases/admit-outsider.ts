import { Injectable } from '@nestjs/common';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';
import { Config } from '../../../config.js';
import { ValidationFailed } from '../../../shared/errors.js';
import type { Id } from '../../../shared/ids.js';
import { displayName, UsernameTaken } from '../../users/users.public.js';
import { AccountStore, type Outsider } from '../accounts.ports.js';
import { SubjectTaken } from '../domain/account.errors.js';
import { usernamesFor } from '../outside-username.js';

/** Some 200 bytes each. */
const KNOWN_PEOPLE = 10_000;
const LONGEST_DISPLAY_NAME = 50;

/** Answers which user a person of the outside issuer is. Whoever is seen for the first time becomes one. */
@Injectable()
export class AdmitOutsider {
  /** Who somebody is never changes, so what is known stays true. Many first requests at once share one look. */
  private readonly known = createCache({
    stores: [new Keyv({ store: new LRUCache<string, object | string>({ max: KNOWN_PEOPLE }) })],
  });

  constructor(
    private readonly config: Config,
    private readonly accounts: AccountStore,
  ) {}

  async execute(person: Outsider): Promise<Id> {
    const { issuer, subject } = person;
    return this.known.wrap(
      JSON.stringify([issuer, subject]),
      async () => (await this.accounts.findSubject(issuer, subject)) ?? this.register(person),
    );
  }

  private async register(person: Outsider): Promise<Id> {
    const { issuer, subject } = person;
    for (const username of usernamesFor(person, this.config.adminUsernames)) {
      try {
        return await this.accounts.register({
          username,
          ...displayNameOf(person),
          credential: { issuer, subject },
        });
      } catch (error) {
        if (error instanceof UsernameTaken) continue;
        const id =
          error instanceof SubjectTaken ? await this.accounts.findSubject(issuer, subject) : undefined;
        if (id === undefined) throw error;
        return id;
      }
    }
    throw new Error('Every username for a person of the outside issuer is taken.');
  }
}

/** A name that is no display name is left out: the person did not write it here and cannot mend it. */
function displayNameOf({ name }: Outsider): { displayName?: string } {
  if (name === undefined) return {};
  try {
    return { displayName: displayName([...name.trim()].slice(0, LONGEST_DISPLAY_NAME).join('')) };
  } catch (error) {
    if (error instanceof ValidationFailed) return {};
    throw error;
  }
}
