import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';

const FAILURES_TO_OPEN = 3;
/** How long a node is left alone before it is tried again, in ms. */
const REST = 500;
/** How long nothing must have succeeded for a node to be stuck, in ms. */
const STUCK_AFTER = 5_000;

/** A node that answers so does serve: the whole script is sent next. */
export const isScriptMissing = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOSCRIPT');

/** Guards one node: bounds how long it is waited for, and leaves it alone for a while when it fails several times in a row. */
export class RedisCircuit {
  private readonly breaker = circuitBreaker(
    handleWhen((error) => !isScriptMissing(error)),
    { halfOpenAfter: REST, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) },
  );
  private readonly policy;
  private failingSince: number | undefined;

  /** `onOpen` is told of the last failure, and now and then that the node is stuck. */
  constructor(timeoutMs: number, onOpen: (error: unknown, isStuck: boolean) => void) {
    this.policy = wrap(this.breaker, timeout(timeoutMs, TimeoutStrategy.Aggressive));
    this.breaker.onBreak((reason) => {
      const now = performance.now();
      this.failingSince ??= now;
      const isStuck = now - this.failingSince > STUCK_AFTER;
      if (isStuck) this.failingSince = now;
      onOpen('error' in reason ? reason.error : undefined, isStuck);
    });
    this.breaker.onReset(() => {
      this.failingSince = undefined;
    });
  }

  get isClosed(): boolean {
    return this.breaker.state === CircuitState.Closed;
  }

  /** `signal` is aborted when the time is over. */
  execute<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    // One tries; the policy would make all others wait for what it finds.
    if (this.breaker.state === CircuitState.HalfOpen) return Promise.reject(new BrokenCircuitError());
    return this.policy.execute(({ signal }) => run(signal));
  }
}
