import type { ApiDocument, Json, Operation } from './document.ts';
import type { Answer, Sent } from './wire.ts';

/** A request with its answer, and what is known beside it. */
export interface Exchange {
  readonly sent: Sent;
  readonly answer: Answer;
  /** The operation that was asked for; undefined where the document has none of that path and method. */
  readonly operation?: Operation;
  /** The operations of the path, whatever the method. */
  readonly siblings: readonly Operation[];
  /** The request carried a good token. */
  readonly isKnown: boolean;
  readonly document: ApiDocument;
  readonly limits: Limits;
}

/** What the deployment limits, as far as it has told. */
export interface Limits {
  readonly requests: boolean;
  /** Posts a day; undefined where there is no limit. */
  readonly posts: number | undefined;
}

/** A promise that every answer must keep. */
export interface Rule {
  readonly section: string;
  readonly promise: string;
  readonly checked: string;
  /** Undefined: not concerned; empty: kept; else what is wrong. */
  readonly judge: (exchange: Exchange) => string | undefined;
}

/** Node refuses such a request before there is one to speak of. */
export const isRefusedByParser = ({ answer }: Exchange): boolean =>
  answer.status === 431 || (answer.status === 400 && (answer.json as Json | undefined)?.['instance'] === '');

export const isRead = ({ sent }: Exchange): boolean => sent.method === 'GET' || sent.method === 'HEAD';

/** Server-sent events, which are neither kept nor revalidated. */
export const isStream = ({ answer }: Exchange): boolean =>
  answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
