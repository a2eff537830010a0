import { defineConfig } from 'vitest/config'

/** Tests that drive a browser: Debian's chromium, which they find at /usr/bin/chromium. */
export default defineConfig({
  test: { include: ['test/explorer/**/*.test.ts'], testTimeout: 90_000, hookTimeout: 90_000 },
})
