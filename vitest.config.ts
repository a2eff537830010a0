import { defineConfig } from 'vitest/config'

/** Packages whose tests use PostgreSQL. It is started only when a test of theirs runs (test/postgres-setup.ts). */
const stateful = ['connectivity', 'coordinator', 'data-availability'].map((name) => `packages/${name}/**/*.test.ts`)
const exclude = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  test: {
    // A test mostly waits for the processes that it starts: a worker for every core, where vitest leaves one to itself.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A busy machine takes its time to come to what is polled for.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['packages/**/*.test.ts', 'circuits/**/*.test.ts', 'scripts/**/*.test.ts', 'test/docs/**/*.test.ts'],
          exclude: [...exclude, ...stateful],
        },
      },
      {
        extends: true,
        test: { name: 'stateful', include: stateful, exclude, globalSetup: ['test/postgres-setup.ts'] },
      },
    ],
  },
})
