/** Something that the person who runs the demo can mend: its message says how. */
export class DemoError extends Error {}
