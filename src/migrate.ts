import './node-version.js';
import { migrateDatabase } from './adapters/stores.js';
import { loadEnvFile, readConfig } from './config.js';

// `npm run migrate`: before a new version is started, once for all processes.
try {
  loadEnvFile();
  const database = await migrateDatabase(readConfig(process.env));
  process.stdout.write(`The database is ready: ${database}\n`);
} catch (error) {
  process.stderr.write(
    `The database was not prepared. ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
}
