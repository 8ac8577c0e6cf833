import { defineConfig } from 'vitest/config';

// The continuous-integration script asks for a machine-readable report beside the one for people.
const report = process.env['QUIESCE_TEST_REPORT'];

export default defineConfig({
  ssr: { resolve: { conditions: ['@quiesce/source', 'node', 'import', 'default'] } },
  resolve: { conditions: ['@quiesce/source'] },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'architecture/**/*.test.ts',
      'release/**/*.test.ts',
    ],
    testTimeout: 60_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
