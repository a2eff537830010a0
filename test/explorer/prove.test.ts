/**
 * Proving in a real browser: a circuit of 1065 constraints, small enough for a test and long enough (a second of
 * proving) to see whether the page stands still meanwhile.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setupDevelopmentInsecure } from '@iotex2/groth16/development-setup'
import { exportVerificationKey } from '@iotex2/groth16/verification-key'
import { createVerifier } from '@iotex2/groth16/verifier'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { poseidonChainInput } from '../../scripts/bench/prove-circuits.ts'
import { compileCircuit } from '../../scripts/circuits/build.ts'
import { chromiumMissing, launchChromium } from './chromium.ts'
import { type FixtureServer, startFixtureServer } from './fixture-server.ts'

const EXPLORER = fileURLToPath(new URL('../../packages/explorer/', import.meta.url))
const LENGTH = 5
/** A task that takes longer than this is one that a user feels. */
const LONGEST_TASK_MS = 100
const DEADLINE_MS = 60_000

const jsonOf = (input: Record<string, unknown>): string =>
  JSON.stringify(input, (_, value) => (typeof value === 'bigint' ? value.toString() : value))

describe.skipIf(chromiumMissing !== null)('proving in chromium', () => {
  let directory: string
  let server: FixtureServer
  let plainServer: FixtureServer
  let browser: Browser
  let zkey: Uint8Array
  let files: { zkey: string; wasm: string }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'iotex2-prove-'))
    const site = join(directory, 'site')
    files = { zkey: join(directory, 'chain.zkey'), wasm: join(directory, 'chain.wasm') }
    const compiled = await compileCircuit(`poseidon-chain-${LENGTH}-browser`, {
      template: 'PoseidonChain',
      source: 'poseidon-chain.circom',
      parameters: { LENGTH },
      public: ['end'],
    })
    zkey = await setupDevelopmentInsecure(compiled.r1cs)
    await writeFile(files.zkey, zkey)
    await writeFile(files.wasm, compiled.wasm)
    await promisify(execFile)(
      process.execPath,
      ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', site],
      { cwd: EXPLORER },
    )
    server = await startFixtureServer(site)
    plainServer = await startFixtureServer(site, { isolated: false })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await plainServer?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  async function withPage(use: (page: Page) => Promise<void>, from: FixtureServer = server): Promise<void> {
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      page.setDefaultTimeout(DEADLINE_MS)
      await page.goto(`${from.url}/#/prove`)
      await page.getByRole('heading', { level: 1, name: 'Prove' }).waitFor()
      await use(page)
    } finally {
      await context.close()
    }
  }

  async function fill(page: Page, input: string, key: string = files.zkey, program: string = files.wasm) {
    await page.getByLabel('Proving key').setInputFiles(key)
    await page.getByLabel('Witness program').setInputFiles(program)
    await page.getByLabel('Input').fill(input)
  }
  const start = (page: Page) => page.getByRole('button', { name: 'Prove' }).click()

  /** Counts the workers that a page starts: the proving one and the engine's threads. */
  function countWorkers(page: Page): () => number {
    let count = 0
    page.on('worker', () => count++)
    return () => count
  }
  /** The browser's own list: a worker whose parent ends with it is not reported to the page's listeners. */
  async function runningWorkers(): Promise<number> {
    const session = await browser.newBrowserCDPSession()
    try {
      const { targetInfos } = await session.send('Target.getTargets', { filter: [{ type: 'worker' }] })
      return targetInfos.length
    } finally {
      await session.detach()
    }
  }
  const fact = (page: Page, name: string) =>
    page
      .locator('.facts > div', { has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .textContent()

  test('a page apart from all others proves on as many threads as there are processors, and ends them', async () => {
    await withPage(async (page) => {
      expect(await page.evaluate('crossOriginIsolated && typeof SharedArrayBuffer')).toBe('function')
      const threads = Math.min(8, await page.evaluate<number>('navigator.hardwareConcurrency'))
      const workers = countWorkers(page)
      await fill(page, jsonOf(poseidonChainInput(LENGTH)))
      await start(page)
      await page.getByText('Verified in this browser').waitFor()
      expect(await fact(page, 'Threads')).toBe(String(threads))
      expect(workers()).toBe(threads > 1 ? 1 + threads : 1)
      await expect.poll(runningWorkers, { timeout: 10_000 }).toBe(0)
    })
  })

  test('a page that is not apart proves on one thread', async () => {
    await withPage(async (page) => {
      expect(await page.evaluate('[crossOriginIsolated, typeof SharedArrayBuffer]')).toEqual([false, 'undefined'])
      const workers = countWorkers(page)
      await fill(page, jsonOf(poseidonChainInput(LENGTH)))
      await start(page)
      await page.getByText('Verified in this browser').waitFor()
      expect(await fact(page, 'Threads')).toBe('1')
      expect(workers()).toBe(1)
    }, plainServer)
  })

  test('a proof is made while the page goes on drawing, and it holds outside too', async () => {
    await withPage(async (page) => {
      const input = poseidonChainInput(LENGTH)
      await fill(page, jsonOf(input))
      await page.evaluate(`
        window.tasks = []
        new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
          .observe({ type: 'longtask' })
        // Frames of the page, counted from within the page; and that the observer sees a task that is long.
        window.frames_ = 0
        requestAnimationFrame(function count() { frames_++; requestAnimationFrame(count) })`)
      await start(page)
      await page.getByText('frames drawn meanwhile').waitFor()
      const before = await page.evaluate<number>('frames_')
      await page.getByText('Verified in this browser').waitFor()
      // A second of proving at 60 frames a second, on a machine that is busy with it.
      expect(await page.evaluate<number>('frames_')).toBeGreaterThan(before + 5)
      const tasks = await page.evaluate<number[]>('tasks')
      expect(Math.max(0, ...tasks)).toBeLessThan(LONGEST_TASK_MS)

      const publicSignals = JSON.parse(await page.getByLabel('Public signals').inputValue())
      const proof = JSON.parse(await page.getByLabel('Proof, as snarkjs writes it').inputValue())
      expect(publicSignals).toEqual([String(input.end)])
      const verifier = await createVerifier(await exportVerificationKey(zkey))
      expect(await verifier.verify(publicSignals, proof)).toBe(true)
    })
  })

  test('the measurement sees a page that stands still', async () => {
    await withPage(async (page) => {
      await page.evaluate(`
        window.tasks = []
        new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
          .observe({ type: 'longtask' })
        setTimeout(() => { for (const end = performance.now() + 150; performance.now() < end; ); }, 0)`)
      await expect.poll(() => page.evaluate<number>('Math.max(0, ...tasks)')).toBeGreaterThan(LONGEST_TASK_MS)
    })
  })

  test('what cannot be proven says why, and can be mended', async () => {
    await withPage(async (page) => {
      const input = poseidonChainInput(LENGTH)
      const alert = page.getByRole('alert')
      await fill(page, jsonOf({ ...input, end: 1n }))
      await start(page)
      await alert.getByText('WITNESS_INVALID').waitFor()
      await fill(page, '{')
      await start(page)
      await alert.getByText('The input is no JSON.').waitFor()
      await fill(page, jsonOf(input), files.wasm)
      await start(page)
      await alert.getByText('CIRCUIT_FILE_INVALID').waitFor()
      await fill(page, jsonOf(input))
      await start(page)
      await page.getByText('Verified in this browser').waitFor()
      expect(await alert.count()).toBe(0)
    })
  })

  test('it works where no coordinator answers', async () => {
    await withPage(async (page) => {
      server.setFailing(true)
      try {
        await page.reload()
        await page.getByRole('heading', { level: 1, name: 'Prove' }).waitFor()
        await fill(page, jsonOf(poseidonChainInput(LENGTH)))
        await start(page)
        await page.getByText('Verified in this browser').waitFor()
      } finally {
        server.setFailing(false)
      }
    })
  })
})
