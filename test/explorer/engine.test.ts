/**
 * The engine of packages/msm in a real browser, bundled as a page's maker would: with threads where the page is cross-origin
 * isolated, on one where it is not.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { referenceMsm } from '@iotex2/msm/reference'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differentPoints, encodePoints, encodeScalars, scalarsFrom } from '../../packages/msm/src/points.fixture.ts'
import { chromiumMissing, launchChromium } from './chromium.ts'
import { type FixtureServer, startFixtureServer } from './fixture-server.ts'

const EXPLORER = fileURLToPath(new URL('../../packages/explorer/', import.meta.url))
const PAGE = fileURLToPath(new URL('./engine-page/', import.meta.url))

const points = differentPoints('g1', 200)
const scalars = points.map(scalarsFrom(7n))
const expected = referenceMsm(points, scalars)!
/** What a page computes: { x, y } in decimal, from the engine that is `engine` there. */
const SUM = `(async () => {
  const bases = await engine.loadBases('g1', Uint8Array.from(${JSON.stringify([...encodePoints('g1', points)])}), { check: true })
  const { x, y } = await engine.msm(bases, Uint8Array.from(${JSON.stringify([...encodeScalars(scalars)])}), { check: true })
  bases.free()
  return { x: x.map(String), y: y.map(String) }
})()`
const SUM_EXPECTED = { x: expected.x.map(String), y: expected.y.map(String) }

describe.skipIf(chromiumMissing !== null)('the engine in chromium', () => {
  let site: string
  let browser: Browser
  const servers: Partial<Record<'isolated' | 'plain', FixtureServer>> = {}

  beforeAll(async () => {
    site = await mkdtemp(join(tmpdir(), 'iotex2-engine-'))
    await promisify(execFile)(
      process.execPath,
      [
        ...['node_modules/vite/bin/vite.js', 'build', PAGE, '--config', join(EXPLORER, 'vite.config.ts')],
        ...['--logLevel', 'warn', '--emptyOutDir', '--outDir', site],
      ],
      { cwd: EXPLORER },
    )
    servers.isolated = await startFixtureServer(site)
    servers.plain = await startFixtureServer(site, { isolated: false })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    for (const server of Object.values(servers)) await server.stop()
    await rm(site, { recursive: true, force: true })
  })

  /** Runs `use` with a page of a server; afterwards nothing may have been refused by the page's policy. */
  async function withPage(server: keyof typeof servers, use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
          complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      await page.goto(`${servers[server]!.url}/`)
      await page.waitForFunction('typeof openEngine === "function"')
      await use(page)
      expect(complaints).toEqual([])
    } finally {
      await context.close()
    }
  }

  test.each([2, 3])('%i threads are started, add up, and end with dispose', async (threads) => {
    await withPage('isolated', async (page) => {
      expect(await page.evaluate('crossOriginIsolated')).toBe(true)
      await page.evaluate(`openEngine({ threads: ${threads} }).then((opened) => { window.engine = opened })`)
      expect(await page.evaluate('engine.threads')).toBe(threads)
      expect(await page.evaluate('engine.memory.buffer instanceof SharedArrayBuffer')).toBe(true)
      expect(await page.evaluate(SUM)).toEqual(SUM_EXPECTED)
      expect(page.workers()).toHaveLength(threads)
      await page.evaluate('engine.dispose()')
      await expect.poll(() => page.workers().length).toBe(0)
    })
  })

  test('without shared memory one thread works, and more are refused with a reason', async () => {
    await withPage('plain', async (page) => {
      expect(await page.evaluate('[crossOriginIsolated, typeof SharedArrayBuffer]')).toEqual([false, 'undefined'])
      expect(await page.evaluate('openEngine({ threads: 2 }).catch(({ code }) => code)')).toBe(
        'MSM_THREADS_UNAVAILABLE',
      )
      await page.evaluate('openEngine().then((opened) => { window.engine = opened })')
      expect(await page.evaluate('[engine.threads, engine.memory.buffer instanceof ArrayBuffer]')).toEqual([1, true])
      expect(await page.evaluate(SUM)).toEqual(SUM_EXPECTED)
      expect(page.workers()).toHaveLength(0)
    })
  })
})
