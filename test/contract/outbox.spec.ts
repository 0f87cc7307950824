import { ADAPTERS } from '../support/adapters.js';
import { outboxContract } from './outbox.contract.js';

describe.each(ADAPTERS)('Outbox: %s', (_, open) => outboxContract(open));
