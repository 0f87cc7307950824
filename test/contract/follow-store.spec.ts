import { ADAPTERS } from '../support/adapters.js';
import { followStoreContract } from './follow-store.contract.js';

describe.each(ADAPTERS)('FollowStore: %s', (_, open) => followStoreContract(open));
