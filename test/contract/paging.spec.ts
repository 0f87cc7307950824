import { ADAPTERS } from '../support/adapters.js';
import { pagingContract } from './paging.contract.js';

describe.each(ADAPTERS.slice(0, 1))('Paging: %s', (_, open) => pagingContract(open));
