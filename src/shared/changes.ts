/** Tells whether anything may have changed. */
export abstract class Changes {
  /** Another number after every commit, of whichever process. Costs next to nothing. */
  abstract version(): number;
}
