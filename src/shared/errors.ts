/**
 * What Posterr refuses, by name. `code` is stable and comes from the closed catalogue of problems; the message tells
 * the caller what is wrong and how to mend it, so it holds nothing internal.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;

  /** Seconds after which the same request may succeed, where that is known. */
  readonly retryAfter?: number;
}

/** A field of a well-formed input that breaks a rule. */
export interface FieldFault {
  /** JSON pointer (RFC 6901) of the field, such as `/text`. */
  readonly pointer: string;
  /** Stable name of the rule broken, such as `too-long`. */
  readonly code: string;
  readonly detail: string;
}

/** The input is well formed, but fields of it break rules. */
export class ValidationFailed extends DomainError {
  readonly code = 'validation-failed';

  constructor(readonly faults: readonly FieldFault[]) {
    super(faults.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`)).join(' '));
  }
}

/** What is needed for this cannot serve now; the caller may try again soon. */
export class ServiceUnavailable extends DomainError {
  readonly code = 'service-unavailable';

  constructor(
    override readonly retryAfter: number,
    cause?: unknown,
  ) {
    super('This is not possible at the moment. Try again soon.', { cause });
  }
}
