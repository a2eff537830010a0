/**
 * Debian's chromium, driven by playwright-core.
 * @module
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'

/** Why no browser test can run here, or null when one can. */
export const chromiumMissing: string | null = existsSync(EXECUTABLE)
  ? null
  : `no chromium at ${EXECUTABLE}; apt-get install -y chromium brings it`

/** Starts a headless browser that asks nothing of the outside. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
