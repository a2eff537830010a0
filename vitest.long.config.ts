import { defineConfig } from 'vitest/config'

/** Long runs: random kill points, soak, wide fuzzing. `pnpm test:long`. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    globalSetup: ['test/postgres-setup.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
})
