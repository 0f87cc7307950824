export type { Answer, ItemOf, ListPath, PageOf } from './calls.js';
export { PosterrClient, type PosterrOptions } from './client.js';
export { PosterrProblem, UnexpectedResponse } from './problem.js';
export type { components, operations, paths } from './schema.js';
export type { Session, SessionStore } from './session.js';
export type { StreamEvent, StreamOptions } from './stream.js';
export type * from './types.js';
