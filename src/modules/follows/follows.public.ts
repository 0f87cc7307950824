export type { UserFollowed } from './domain/follow.events.js';
export { FollowStore } from './follows.ports.js';
