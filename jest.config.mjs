/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/demo', '<rootDir>/conformance'],
  testRegex: '(\\.|-)spec\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  testSequencer: '<rootDir>/test/slow-first.mjs',
  globalSetup: '<rootDir>/test/build.mjs',
  globalTeardown: '<rootDir>/test/engines.mjs',
  // Tests start processes and hash passwords: this bounds what hangs, on a busy machine too.
  testTimeout: 30_000,
  setupFiles: ['<rootDir>/test/jest.setup.mjs'],
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/main.ts',
    '!src/start.ts',
    '!src/openapi.ts',
    '!src/**/*.module.ts',
  ],
  coverageProvider: 'v8',
};
