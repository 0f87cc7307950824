import { ADAPTERS } from '../support/adapters.js';
import { postSearchContract } from './post-search.contract.js';

describe.each(ADAPTERS)('PostSearch: %s', (_, open) => postSearchContract(open));
