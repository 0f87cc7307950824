// Run by mongosh at every start: makes the replica set and the users of Posterr where they are missing.
const { readFileSync } = require('node:fs');

const MEMBERS = ['mongo1:27017', 'mongo2:27017', 'mongo3:27017'];
const NOT_YET_INITIALIZED = 94;
const TRIES = 60;

const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();

const uri = (user, hosts, option) =>
  `mongodb://${user}${hosts}/admin?${option}&tls=true&tlsCAFile=/run/secrets/ca.crt&serverSelectionTimeoutMS=5000`;

/** Members may still be starting, and electing. */
function eventually(work) {
  for (let left = TRIES; ; left -= 1) {
    try {
      return work();
    } catch (error) {
      if (left === 0) throw error;
      print(`Waiting: ${error.message}`);
      sleep(1000);
    }
  }
}

function isPartOfASet(admin) {
  try {
    admin.adminCommand({ replSetGetStatus: 1 });
    return true;
  } catch (error) {
    if (error.code === NOT_YET_INITIALIZED) return false;
    throw error;
  }
}

const root = `root:${secret('mongo-root-password')}@`;
const first = eventually(() => connect(uri(root, MEMBERS[0], 'directConnection=true')));
if (!isPartOfASet(first)) {
  // When the first member lost its data, the others still are a set, and take it back by themselves.
  for (const member of MEMBERS.slice(1)) {
    const other = eventually(() => connect(uri('', member, 'directConnection=true')));
    if (other.hello().setName)
      throw new Error(`${member} is in a replica set, and ${MEMBERS[0]} is not yet: start again.`);
  }
  const members = MEMBERS.map((host, _id) => ({ _id, host }));
  first.adminCommand({ replSetInitiate: { _id: 'posterr', members } });
  print('The replica set is made.');
}

const set = eventually(() => connect(uri(root, MEMBERS.join(','), 'replicaSet=posterr')));
const database = set.getSiblingDB('posterr');
const role = (name) => ({ role: name, db: 'posterr' });
const USERS = [
  ['posterr', 'mongo-password', [role('readWrite')]],
  // Changes validators of collections.
  ['posterr-migrate', 'mongo-migrate-password', [role('readWrite'), role('dbAdmin')]],
];
for (const [user, password, roles] of USERS) {
  const account = { pwd: secret(password), roles };
  eventually(() =>
    database.getUser(user) ? database.updateUser(user, account) : database.createUser({ user, ...account }),
  );
}
print('The replica set and its users are ready.');
