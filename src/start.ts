import { AppModule } from './app.module.js';
import { ConfigError, loadEnvFile, readConfig } from './config.js';
import { createServer } from './http/server.js';

try {
  loadEnvFile();
  const config = readConfig(process.env);
  const app = await createServer(await AppModule.for(config), config);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  process.stdout.write(
    `Posterr serves ${url}/v1 - its documentation is at ${url}/docs${config.webApp ? `, its web app at ${url}/app` : ''}\n`,
  );
} catch (error) {
  const reason =
    error instanceof ConfigError ? error.message : String(error instanceof Error ? error.message : error);
  process.stderr.write(`Posterr did not start. ${reason}\n`);
  process.exit(1);
}
