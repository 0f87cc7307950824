const NEEDED = 26;

// Imported before anything else: other modules need what older versions of Node do not have.
if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  process.stderr.write(
    `Posterr needs Node ${NEEDED}, and this is ${process.versions.node}. "npm ci" brings it along and "npm start" uses it; ` +
      'where optional dependencies are left out or the platform has no package of it, install Node yourself.\n',
  );
  process.exit(1);
}

export {};
