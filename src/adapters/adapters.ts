/** A port: an abstract class, which is its token too. */
export type Port = abstract new (...args: never[]) => object;

/** What one technology plugs in. */
export interface Adapters {
  readonly ports: readonly (readonly [port: Port, adapter: object])[];
  /** The time by the database's clock, in ms since the epoch, where processes on several machines share one. */
  readonly now?: () => number;
  /** Prepares what a process needs that begins to work; rejects when that is not possible. */
  start(): Promise<void>;
  /** Rejects when the stores cannot serve now. */
  check(): Promise<void>;
  /** Ends what is under way and lets go of the connection. */
  close(): void | Promise<void>;
}

/** The adapter that is plugged into a port. */
export function portOf<Adapter extends object>(
  { ports }: Adapters,
  port: abstract new (...args: never[]) => Adapter,
): Adapter {
  const found = ports.find(([candidate]: readonly [Port, object]) => candidate === port);
  if (!found) throw new Error(`No adapter for ${port.name}`);
  return found[1] as Adapter;
}
