/** What this process depends on, by name; a check rejects when that cannot serve now. */
export abstract class Dependencies {
  abstract readonly checks: Readonly<Record<string, () => Promise<void>>>;
}
