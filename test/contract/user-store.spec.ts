import { ADAPTERS } from '../support/adapters.js';
import { userStoreContract } from './user-store.contract.js';

describe.each(ADAPTERS)('UserStore: %s', (_, open) => userStoreContract(open));
