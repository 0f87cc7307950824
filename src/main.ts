import './node-version.js';

// Not a static import: Node loads those before any of them runs, and an older Node fails there, on `node:sqlite`.
await import('./start.js');
