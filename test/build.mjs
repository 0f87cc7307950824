// Jest's globalSetup: tests that start Posterr as a process need a build, and others need engines.
export default async function build() {
  await import('../scripts/build-if-needed.mjs');
  // Only now: it needs a Node that was just checked.
  const { startEngines } = await import('./engines.mjs');
  await startEngines();
}
