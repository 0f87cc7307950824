import { ADAPTERS } from '../support/adapters.js';
import { pagingContract } from './paging.contract.js';

/** A history takes much longer over a network than in the process. */
const RUNS: Readonly<Record<string, number>> = { 'SQLite in memory': 25, MongoDB: 5 };

describe.each(ADAPTERS.filter(([name]) => name in RUNS))('Paging: %s', (name, open) =>
  pagingContract(open, RUNS[name]),
);
