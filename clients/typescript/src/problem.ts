import type { Problem, ProblemCode } from './types.js';

/** Posterr refused a request, or failed; `code` says why. RFC 9457. */
export class PosterrProblem extends Error {
  override readonly name = 'PosterrProblem';

  constructor(
    /** The problem document as it came. */
    readonly problem: Problem,
    /** Seconds to wait before it may work, where Posterr knows. */
    readonly retryAfter: number | undefined,
  ) {
    super(`${problem.code}: ${problem.detail}`);
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }

  /** What is wrong with the body, each with a JSON pointer such as `/text`; of `validation-failed` only. */
  get errors(): NonNullable<Problem['errors']> {
    return this.problem.errors ?? [];
  }

  /** To be named to who runs the service when asking for help. */
  get requestId(): string {
    return this.problem.requestId;
  }
}

/** An answer that is not Posterr's: of a proxy between, say. */
export class UnexpectedResponse extends Error {
  override readonly name = 'UnexpectedResponse';

  constructor(
    readonly status: number,
    readonly url: string,
    readonly retryAfter: number | undefined,
  ) {
    super(`${url} answered ${status}, and not as Posterr does.`);
  }
}

export type Refusal = PosterrProblem | UnexpectedResponse;

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof PosterrProblem || error instanceof UnexpectedResponse;
}

/** What a response that is not a success means. Leaves its body to be read. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const wait = Number.isFinite(retryAfter) ? retryAfter : undefined;
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json'))
    return new UnexpectedResponse(response.status, response.url, wait);
  return new PosterrProblem((await response.clone().json()) as Problem, wait);
}
