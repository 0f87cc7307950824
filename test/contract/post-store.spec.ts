import { ADAPTERS } from '../support/adapters.js';
import { postStoreContract } from './post-store.contract.js';

describe.each(ADAPTERS)('PostStore: %s', (_, open) => postStoreContract(open));
