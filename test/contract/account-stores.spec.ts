import { ADAPTERS } from '../support/adapters.js';
import { accountStoresContract } from './account-stores.contract.js';

describe.each(ADAPTERS)('AccountStores: %s', (_, open) => accountStoresContract(open));
