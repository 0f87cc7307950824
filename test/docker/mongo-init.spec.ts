import vm from 'node:vm';
import { readShipped } from './compose.js';

const NOT_YET_INITIALIZED = 94;

/** What mongosh gives to a script, over a replica set of three that never fails. */
class Mongosh {
  readonly done: string[] = [];
  isInitiated = false;
  othersAreInitiated = false;
  readonly users = new Map<string, unknown>();
  failures = 0;

  run(): void {
    const console = {
      connect: (uri: string) => this.connect(uri),
      print: () => undefined,
      sleep: () => undefined,
      require: () => ({ readFileSync: (file: string) => `${file.split('/').at(-1)}\n` }),
    };
    vm.runInNewContext(readShipped('mongo/init.js'), console);
  }

  private connect(uri: string) {
    if (this.failures-- > 0) throw new Error('No server');
    const { searchParams } = new URL(uri.replace(/(@|\/\/)([^/@]*?),[^/]*/, '$1$2'));
    expect(searchParams.get('tls')).toBe('true');
    return {
      adminCommand: (command: { replSetInitiate?: { members: { host: string }[] } }) => {
        const { replSetInitiate: initiate } = command;
        if (!initiate && !this.isInitiated) throw Object.assign(new Error(), { code: NOT_YET_INITIALIZED });
        if (!initiate) return;
        this.isInitiated = true;
        this.done.push(`initiate ${initiate.members.map(({ host }) => host).join(' ')}`);
      },
      hello: () => (this.othersAreInitiated ? { ok: 1, setName: 'posterr' } : { ok: 1 }),
      getSiblingDB: (name: string) => ({
        getUser: (user: string) => (this.users.has(user) ? { user } : null),
        createUser: ({ user, ...account }: { user: string }) => {
          this.done.push(`create ${user}`);
          this.users.set(user, { db: name, ...account });
        },
        updateUser: (user: string, account: object) => {
          this.done.push(`update ${user}`);
          this.users.set(user, { db: name, ...account });
        },
      }),
    };
  }
}

describe('docker/mongo/init.js', () => {
  it('makes the replica set and two users, neither of whom may do anything outside the database', () => {
    const mongosh = new Mongosh();
    mongosh.run();
    expect(mongosh.done).toEqual([
      'initiate mongo1:27017 mongo2:27017 mongo3:27017',
      'create posterr',
      'create posterr-migrate',
    ]);
    const role = (name: string) => ({ role: name, db: 'posterr' });
    expect(mongosh.users.get('posterr')).toEqual({
      db: 'posterr',
      pwd: 'mongo-password',
      roles: [role('readWrite')],
    });
    expect(mongosh.users.get('posterr-migrate')).toEqual({
      db: 'posterr',
      pwd: 'mongo-migrate-password',
      roles: [role('readWrite'), role('dbAdmin')],
    });
  });

  it('changes only the passwords when it is repeated, and waits for members', () => {
    const mongosh = new Mongosh();
    mongosh.run();
    mongosh.done.length = 0;
    mongosh.failures = 3;
    mongosh.run();
    expect(mongosh.done).toEqual(['update posterr', 'update posterr-migrate']);
  });

  it('makes no second replica set when the first member lost its data', () => {
    const mongosh = new Mongosh();
    mongosh.othersAreInitiated = true;
    expect(() => mongosh.run()).toThrow('mongo2:27017 is in a replica set');
    expect(mongosh.done).toEqual([]);
  });
});
