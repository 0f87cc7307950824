import { ADAPTERS } from '../support/adapters.js';
import { countersContract } from './counters.contract.js';

/** A history takes much longer over a network than in the process. */
const RUNS: Readonly<Record<string, number>> = { 'SQLite in memory': 25, MongoDB: 5 };

describe.each(ADAPTERS.filter(([name]) => name in RUNS))('Counters: %s', (name, open) =>
  countersContract(open, RUNS[name]),
);
