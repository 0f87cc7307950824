import type { Id } from '../../shared/ids.js';

/** Makes an answer again whose body could not be kept because the process ended in between. */
export abstract class AnswerRebuilder {
  /** The body that tells `userId` of the post that they published. */
  abstract rebuild(postId: Id, userId: Id): Promise<object>;
}
