/** A port: an abstract class, which is its token too. */
export type Port = abstract new (...args: never[]) => object;

/** What one technology plugs in. */
export interface Adapters {
  readonly ports: readonly (readonly [port: Port, adapter: object])[];
  /** Prepares what a process needs that begins to work; rejects when that is not possible. */
  start(): Promise<void>;
  /** Rejects when the stores cannot serve now. */
  check(): Promise<void>;
  /** Ends what is under way and lets go of the connection. */
  close(): void | Promise<void>;
}
