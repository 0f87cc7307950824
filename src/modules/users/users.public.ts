export type { User, UserSummary } from './domain/user.js';
export { UserNotFound, UsernameTaken } from './domain/user.errors.js';
export { type Relation, type UserState, UserStore } from './users.ports.js';
