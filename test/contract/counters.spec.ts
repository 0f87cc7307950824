import { ADAPTERS } from '../support/adapters.js';
import { countersContract } from './counters.contract.js';

describe.each(ADAPTERS.slice(0, 1))('Counters: %s', (_, open) => countersContract(open));
