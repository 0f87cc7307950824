import { setTimeout } from 'node:timers/promises';

const PAUSE_MS = 50;

/** Tries until `check` holds: for what follows a write within a second. What it throws at the end is what was wrong. */
export async function soon(check: () => Promise<void>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await setTimeout(PAUSE_MS);
  }
}
