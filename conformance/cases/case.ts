import type { Sent } from '../wire.ts';

/** A generated request, and what the contract says of its answer. */
export interface Case {
  /** What is special about it. */
  readonly about: string;
  readonly sent: Sent;
  /** Which of the readers sends it; undefined: nobody. */
  readonly reader?: number;
  /** The statuses that the contract allows, beside those of limits; undefined: any that the document lists. */
  readonly statuses?: readonly number[];
}

/** A request before it is put together. */
export interface Draft {
  readonly about: string;
  readonly method: string;
  readonly path: string;
  /** Names and values as they go out: encoded. */
  readonly query: readonly string[];
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer;
  readonly isAnonymous: boolean;
  readonly reader: number;
  readonly statuses?: readonly number[];
}

export function caseOf({
  about,
  method,
  path,
  query,
  headers,
  body,
  isAnonymous,
  reader,
  statuses,
}: Draft): Case {
  const target = query.length > 0 ? `${path}?${query.join('&')}` : path;
  return {
    about,
    sent: { method, target, headers, ...(body && { body }) },
    ...(!isAnonymous && { reader }),
    ...(statuses && { statuses }),
  };
}
