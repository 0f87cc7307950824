export { displayName } from './domain/profile.js';
export { type User, USERNAME_FORM, type UserSummary } from './domain/user.js';
export { UserNotFound, UsernameTaken } from './domain/user.errors.js';
export { UserViews } from './user-views.js';
export { RelationView, UserPage, UserSummaryView, UserView } from './users.dto.js';
export { ListUsers } from './use-cases/list-users.js';
export { UsersModule } from './users.module.js';
export { type Relation, type UserState, UserStore } from './users.ports.js';
