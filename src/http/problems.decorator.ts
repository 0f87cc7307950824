import { ApiExtension } from '@nestjs/swagger';
import type { ProblemCode } from './problems.js';

/** Where the document's builder finds the codes that `Problems` named; it is not part of the document. */
export const PROBLEM_CODES = 'x-problem-codes';

/** Documents which problems an operation has of its own; those that many have in common come by themselves. */
export const Problems = (...codes: ProblemCode[]): MethodDecorator => ApiExtension(PROBLEM_CODES, codes);
