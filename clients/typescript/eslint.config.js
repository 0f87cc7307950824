import posterr from '../../.eslintrc.js';

export default [
  { ignores: ['src/schema.ts'] },
  ...posterr,
  {
    files: ['src/**/*.ts'],
    rules: {
      // A package for other people's programs: it has no ports, and no walls of Posterr's.
      'no-restricted-syntax': 'off',
      'posterr/boundaries': 'off',
    },
  },
];
