import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load, YAML11_SCHEMA } from 'js-yaml';

export const DOCKER = path.resolve('docker');

/** What the tests look at in a service of docker/compose.yml. */
export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<string, unknown>> } };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export function readShipped(file: string): string {
  return readFileSync(path.join(DOCKER, file), 'utf8');
}

/** With its merge keys (<<), which YAML 1.2 has no more. */
export const compose = load(readShipped('compose.yml'), { schema: YAML11_SCHEMA }) as Compose;

/** Runs docker/make-secrets.sh for a folder of one's own. @throws Error when it fails */
export function makeSecrets(folder: string, ...names: string[]): void {
  execFileSync('sh', [path.join(DOCKER, 'make-secrets.sh'), ...names], {
    env: { PATH: process.env['PATH'], SECRETS_DIR: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 20_000,
  });
}
