// Tests that start Posterr as a process need a build.
export default async function build() {
  await import('../scripts/build-if-needed.mjs');
}
