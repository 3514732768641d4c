import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**', '**/dist/**'];
const globalSetup = ['e2e/src/support/install-programs.ts'];

const workspace = ['e2e/src/readme.e2e.ts', 'e2e/src/packages.e2e.ts'];
const e2e = {
  include: ['e2e/src/**/*.e2e.ts'],
  exclude,
  globalSetup,
  testTimeout: 600_000,
  hookTimeout: 600_000,
} as const;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{packages,apps}/*/src/**/*.test.ts'], exclude, testTimeout: 20_000 } },
      {
        test: {
          name: 'integration',
          include: ['{packages,apps}/*/src/**/*.itest.ts'],
          exclude,
          globalSetup,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      // Each file has clusters of its own, and mostly waits for them.
      {
        test: { ...e2e, name: 'e2e', exclude: [...exclude, ...workspace], maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      // These build and pack what all others run.
      {
        test: { ...e2e, name: 'workspace', include: workspace, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
