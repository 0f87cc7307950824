import { ADAPTERS } from '../support/adapters.js';
import { notificationStoreContract } from './notification-store.contract.js';

describe.each(ADAPTERS)('NotificationStore: %s', (_, open) => notificationStoreContract(open));
