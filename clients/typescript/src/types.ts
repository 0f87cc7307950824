import type { components } from './schema.js';

type Schemas = components['schemas'];

export type Post = Schemas['PostView'];
export type User = Schemas['UserView'];
export type Notification = Schemas['NotificationView'];
export type Tokens = Schemas['TokensView'];
export type Problem = Schemas['Problem'];
/** Everything that Posterr refuses or fails with: a closed list. */
export type ProblemCode = Schemas['ProblemCode'];
export type Registration = Schemas['RegisterBody'];
export type Credentials = Schemas['LoginBody'];
