/**
 * The demo as a newcomer runs it, on recorded readings: what it prints, and that it leaves nothing behind.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'iotex2-demo-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const DEMO = join(ROOT, 'packages/devnet/src/demo.ts')

function demo(...args: string[]) {
  const child = spawn(process.execPath, [DEMO, '--directory', directory, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const exited = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('exit', (code) => resolve({ code, stdout, stderr })),
  )
  return { child, exited, progress: () => stderr }
}

test.each(['weather.csv', 'track.gpx'])('demo --once --json --replay %s', async (file) => {
  const { code, stdout, stderr } = await demo('--once', '--json', '--replay', `packages/ioconnect/examples/${file}`)
    .exited
  expect(code, stderr).toBe(0)
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
  expect(Object.keys(result)).toEqual(
    'devices messagesAccepted messagesRejected batches proofs settled rewardsWei lost duplicated secondsToFirstReward explorerUrl slashId slashedProver missedTask proverLostWei stakerLostWei collectableWei'.split(
      ' ',
    ),
  )
  expect(result).toMatchObject({ devices: 4, messagesRejected: 0, lost: 0, duplicated: 0 })
  expect(result.settled).toBeGreaterThanOrEqual(3)
  expect(result.proofs).toBeGreaterThanOrEqual(result.settled)
  expect(BigInt(result.rewardsWei)).toBeGreaterThan(0n)
  // A penalty of 1 IOTX, of which the staker bears four fifths and the prover one, each rounded by a wei at most.
  expect(result.slashId).toMatch(/^0x[0-9a-f]{64}:\d+$/)
  for (const [lost, part] of [
    [result.stakerLostWei, 8n],
    [result.proverLostWei, 2n],
  ] as const) {
    const more = BigInt(lost) - part * 10n ** 17n
    expect([0n, 1n], lost).toContain(more)
  }
  expect(BigInt(result.collectableWei)).toBeGreaterThanOrEqual(10n ** 18n)
})

test('an interrupted demo stops every process that it started', async () => {
  const { child, exited, progress } = demo('--port', '0')
  await expect.poll(progress, { timeout: 120_000, interval: 200 }).toContain('Running. Open http://')
  const url = /Running\. Open (\S+)/.exec(progress())![1]!
  expect((await fetch(url)).status).toBe(200)
  child.kill('SIGINT')
  expect((await exited).code).toBe(130)
  await expect(fetch(url)).rejects.toThrow()
})

test('bad arguments and a missing file are one line each', async () => {
  const wrong = await demo('--colour').exited
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toMatch(/^USAGE: /m)
  const missing = await demo('--replay', 'nowhere.csv').exited
  expect(missing.stderr).toMatch(/^USAGE: There is no .*nowhere\.csv/m)
})
