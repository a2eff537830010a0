import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumMissing, launchChromium } from './chromium.ts'
import { clickThrough } from './click-through.ts'
import { FIXTURE_NOW } from './fixture-network.ts'
import { type FixtureServer, startFixtureServer } from './fixture-server.ts'

if (chromiumMissing !== null) process.stderr.write(`The explorer's browser tests are skipped: ${chromiumMissing}.\n`)

const EXPLORER = fileURLToPath(new URL('../../packages/explorer/', import.meta.url))
const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 740 }

describe.skipIf(chromiumMissing !== null)('explorer in chromium', () => {
  let directory: string
  let server: FixtureServer
  let browser: Browser

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'iotex2-explorer-'))
    await promisify(execFile)(
      process.execPath,
      ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', directory],
      { cwd: EXPLORER },
    )
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await rm(directory, { recursive: true, force: true })
  })

  /** Runs `use` with a fresh server and a fresh page whose clock stands at the fixtures' moment. */
  async function withPage(options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
    server = await startFixtureServer(directory)
    const context = await browser.newContext({ viewport: DESKTOP, ...options })
    try {
      const page = await context.newPage()
      await page.clock.setFixedTime(FIXTURE_NOW)
      page.setDefaultTimeout(15_000)
      await use(page)
    } finally {
      await context.close()
      await server.stop()
    }
  }

  test.each([
    ['dark', 'desktop', DESKTOP],
    ['light', 'desktop', DESKTOP],
    ['dark', 'phone', PHONE],
    ['light', 'phone', PHONE],
  ] as const)('every view shows, %s on a %s', async (colorScheme, _name, viewport) => {
    await withPage({ colorScheme, viewport }, (page) => clickThrough(page, server.url))
  })

  test('an event changes the page at once, without reading anything again', async () => {
    await withPage({}, async (page) => {
      await page.goto(server.url)
      await page.getByText('Live', { exact: true }).waitFor()
      await page.locator('.headline').getByText('375', { exact: true }).waitFor()
      server.emit('stats', { ...server.network.stats, messagesAccepted: 7_654_321 })
      await page.locator('.headline').getByText('7,654,321', { exact: true }).waitFor()

      const assigned = server.network.page(undefined).tasks[1]!
      await page.goto(`${server.url}/#/tasks?state=failed`)
      expect(await page.locator('tbody tr').count()).toBe(1)
      server.emit('task', { ...assigned, state: 'failed', error: 'Its prover vanished.' })
      await page.locator(`[title="${assigned.taskId}"]`).waitFor()

      await page.goto(`${server.url}/#/fleet`)
      await page.locator('.page-heading').getByText('1 idle, 1 busy, 1 offline').waitFor()
      const provers = server.network.fleet.provers.map((prover) => ({ ...prover, status: 'idle' }))
      server.emit('fleet', { ...server.network.fleet, provers })
      await page.locator('.page-heading').getByText('3 idle, 0 busy, 0 offline').waitFor()

      await page.goto(`${server.url}/#/devices`)
      server.emit('device', { ...server.network.devices[0], readingsAccepted: 4_444 })
      await page.getByText('4,444').waitFor()
    })
  })

  test('an API that fails shows why, and the page recovers by itself', async () => {
    await withPage({}, async (page) => {
      await page.goto(server.url)
      await page.getByText('Live', { exact: true }).waitFor()
      await page.locator('.headline').waitFor()
      server.setFailing(true)
      await page.getByText('Reconnecting', { exact: true }).waitFor()
      // What was read stays on the page.
      expect(await page.locator('.headline').count()).toBe(1)
      server.setFailing(false)
      await page.getByText('Live', { exact: true }).waitFor()
    })
  })

  test('a page opened while the API fails says what to do, then shows the network', async () => {
    await withPage({ viewport: PHONE }, async (page) => {
      await page.goto(server.url)
      server.setFailing(true)
      await page.reload()
      const alert = page.getByRole('alert')
      await page.getByRole('heading', { level: 1, name: 'The network could not be read' }).waitFor()
      await alert.getByText('The database does not answer.').waitFor()
      await alert.getByText('STORE_UNAVAILABLE').waitFor()
      server.setFailing(false)
      await alert.getByRole('button', { name: 'Try again' }).click()
      await page.locator('.headline').waitFor()
      expect(await alert.count()).toBe(0)
    })
  })

  test('an unknown task says so', async () => {
    await withPage({}, async (page) => {
      await page.goto(`${server.url}/#/tasks/0x1234`)
      await page.getByRole('alert').getByText('No task has this id.').waitFor()
    })
  })

  test('a network with nothing in it says what would fill it', async () => {
    await withPage({}, async (page) => {
      const { network } = server
      Object.assign(network.stats, { proofTimes: [], throughput: [], latencyMs: { p50: null, p95: null }, batches: 0 })
      network.fleet.provers.length = 0
      network.devices.length = 0
      network.page = () => ({ tasks: [], next: null })
      await page.goto(server.url)
      await page.getByText('The chart starts with the first proof.').waitFor()
      await page.getByText('No batch yet').waitFor()
      await page.goto(`${server.url}/#/fleet`)
      await page.getByText('No prover has joined').waitFor()
      await page.goto(`${server.url}/#/devices`)
      await page.getByText('No device is registered').waitFor()
    })
  })

  test('older tasks are loaded on demand', async () => {
    await withPage({}, async (page) => {
      await page.goto(`${server.url}/#/tasks`)
      await page.getByRole('button', { name: 'Load older tasks' }).click()
      await expect.poll(() => page.locator('tbody tr').count()).toBe(24)
      expect(await page.getByRole('button', { name: 'Load older tasks' }).count()).toBe(0)
    })
  })

  test('the theme is the system’s until it is chosen, and the choice is remembered', async () => {
    await withPage({ colorScheme: 'light' }, async (page) => {
      const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
      await page.goto(server.url)
      await page.locator('.headline').waitFor()
      const light = await ground()
      await page.getByRole('button', { name: 'Use the dark theme' }).click()
      const dark = await ground()
      expect(dark).not.toBe(light)
      await page.reload()
      expect(await ground()).toBe(dark)
      await page.getByRole('button', { name: 'Use the light theme' }).waitFor()
    })
  })

  test('a hash is copied whole, and the keyboard reaches the content first', async () => {
    await withPage({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      await page.goto(`${server.url}/#/devices`)
      const device = server.network.devices[0]!
      await page.getByRole('button', { name: 'Copy DID' }).first().click()
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(device.did)

      await page.reload()
      await page.locator('tbody tr').first().waitFor()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN')
    })
  })

  test('amounts and times tell the exact value on hover', async () => {
    await withPage({}, async (page) => {
      await page.goto(`${server.url}/#/fleet`)
      await page.getByTitle('25,000,000,000,000,000,000,005 wei').waitFor()
      await page.getByTitle('2026-11-23 11:59:57 UTC').waitFor()
    })
  })

  test('nothing moves for who asked for less motion', async () => {
    await withPage({ reducedMotion: 'reduce' }, async (page) => {
      await page.goto(server.url)
      await page.locator('.headline').waitFor()
      await page.locator('.recharts-bar-rectangle').first().waitFor()
      expect(await page.evaluate('document.getAnimations().length')).toBe(0)
    })
  })
})
