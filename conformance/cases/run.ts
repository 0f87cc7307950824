import fc from 'fast-check';
import type { Finding } from '../deployment.ts';
import { NOBODY } from '../deployment.ts';
import type { Exchange } from '../exchange.ts';
import type { Operation } from '../document.ts';
import { addFault, messageOf, type Result, result } from '../ledger.ts';
import type { People } from '../people.ts';
import { inPool } from '../pool.ts';
import { ConformanceError, type Settings } from '../settings.ts';
import type { Sent } from '../wire.ts';
import { type Case, caseOf } from './case.ts';
import { faultsOf } from './faults.ts';
import { type Fixtures, fixturesOf } from './fixtures.ts';
import { Proper } from './proper.ts';

/** Of ten requests, how many are proper. */
const PROPER = 3;
/** Requests that it takes to hash a password are dear for both sides. */
const DEAR = 0.25;
const MOST_SHRINKS = 100;
const MOST_FAULTS = 5;
/** So that no two operations get the same chances. */
const STRIDE = 1_009;

/** What a request broke. */
class Broken extends Error {
  readonly findings: readonly Finding[];
  readonly sent: Sent;

  constructor(findings: readonly Finding[], sent: Sent) {
    super('broken');
    this.findings = findings;
    this.sent = sent;
  }
}

/** Sends generated requests, each judged by all the rules. Answers whether their statuses were those of the contract. */
export async function generated(people: People, { requests, seed, concurrency }: Settings): Promise<Result> {
  const statuses = result(
    '6. Conventions',
    'Bad parameters, ids, cursors and malformed bodies 400, no good token 401, wrong methods 405, too large 413, other media types 415, bodies that break a rule 422; everything proper succeeds',
    'the status of every generated request, by what is wrong with it',
  );
  if (requests === 0) return Object.assign(statuses, { outcome: 'skip', reason: '--requests 0' });
  const fixtures = await fixturesOf(people).catch((error: unknown) => {
    addFault(statuses, { what: `What the requests refer to cannot be made: ${messageOf(error)}` });
  });
  if (!fixtures) return statuses;
  const { operations } = people.deployment.document;
  const total = operations.reduce((sum, one) => sum + weightOf(one), 0);
  const shares = operations.map((operation, n) => ({
    chances: seed + n * STRIDE,
    operation,
    share: Math.ceil((requests * weightOf(operation)) / total),
  }));
  await inPool(shares, concurrency, async ({ operation, share, chances }) => {
    await new Generator(operation, fixtures, statuses).run(share, chances);
  });
  return statuses;
}

const weightOf = ({ operationId }: Operation): number =>
  /^(?:register|login)$/.test(operationId) ? DEAR : 1;

/** Makes the requests of one operation. */
class Generator {
  private readonly operation: Operation;
  private readonly fixtures: Fixtures;
  private readonly statuses: Result;
  private readonly cases: fc.Arbitrary<Case>;
  /** Rules that this operation is known to break: they are looked for no more. */
  private readonly broken = new Set<Result>();

  constructor(operation: Operation, fixtures: Fixtures, statuses: Result) {
    this.operation = operation;
    this.fixtures = fixtures;
    this.statuses = statuses;
    const proper = new Proper(fixtures);
    const faults = faultsOf(operation, proper, fixtures);
    this.cases = fc
      .oneof(
        { weight: PROPER, arbitrary: proper.request(operation) },
        { weight: 10 - PROPER, arbitrary: faults },
      )
      .map(caseOf);
  }

  async run(share: number, seed: number): Promise<void> {
    let left = share;
    for (let round = 0; left > 0 && round < MOST_FAULTS; round += 1) {
      let shrinks = 0;
      let hasFailed = false;
      const property = fc.asyncProperty(this.cases, async (one) => {
        if (hasFailed && (shrinks += 1) > MOST_SHRINKS) return;
        try {
          await this.try(one);
        } catch (error) {
          hasFailed = true;
          throw error;
        }
      });
      const { failed, numRuns, errorInstance } = await fc.check(property, {
        seed: seed + round,
        numRuns: left,
      });
      left -= numRuns;
      if (!failed) return;
      if (!(errorInstance instanceof Broken)) throw errorInstance;
      // The smallest request that fast-check found.
      for (const { result: one, what } of errorInstance.findings) {
        addFault(one, { what: `${this.operation.operationId}: ${what}`, sent: errorInstance.sent });
        this.broken.add(one);
      }
    }
  }

  private async try(one: Case): Promise<void> {
    const { deployment } = this.fixtures.people;
    const reader = one.reader === undefined ? undefined : this.fixtures.readers[one.reader];
    const token = await reader?.accessToken();
    const sent =
      token === undefined
        ? one.sent
        : { ...one.sent, headers: { authorization: `Bearer ${token}`, ...one.sent.headers } };
    const exchange = await deployment.exchange(sent, reader?.sender ?? NOBODY).catch((error: unknown) => {
      if (!(error instanceof ConformanceError)) throw error;
      throw new Broken([{ result: this.statuses, what: error.message }], sent);
    });
    const findings = [...deployment.judge(exchange), ...this.statusOf(one, exchange)].filter(
      ({ result: rule }) => !this.broken.has(rule),
    );
    if (findings.length > 0) throw new Broken(findings, sent);
  }

  private statusOf({ statuses, about }: Case, { answer }: Exchange): Finding[] {
    if (!statuses) return [];
    this.statuses.requests += 1;
    const { status } = answer;
    const isLimit = status === 429 && (answer.json as { code?: string } | undefined)?.code === 'rate-limited';
    if (statuses.includes(status) || isLimit) return [];
    return [{ result: this.statuses, what: `${about}: ${status} instead of ${statuses.join(' or ')}` }];
  }
}
