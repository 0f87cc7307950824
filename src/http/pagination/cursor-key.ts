/** The key that authenticates cursors. */
export abstract class CursorKey {
  /** 32 bytes, the same in all processes and after a restart. */
  abstract bytes(): Promise<Uint8Array>;
}
