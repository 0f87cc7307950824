import { ADAPTERS } from '../support/adapters.js';
import { timelineStoreContract } from './timeline-store.contract.js';

describe.each(ADAPTERS)('TimelineStore: %s', (_, open) => timelineStoreContract(open));
