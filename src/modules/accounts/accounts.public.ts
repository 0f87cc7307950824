export { SubjectTaken } from './domain/account.errors.js';
export type { Role } from './domain/role.js';
export { type Secret, SecretStore } from './accounts.ports.js';
