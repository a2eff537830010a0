import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NonceCounter } from './nonce-counter.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-nonce-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('no nonce is given twice, however often the device is killed, and the mark is never below one', async () => {
  const path = join(directory, 'killed')
  const given = new Set<bigint>()
  for (let life = 0; life < 8; life++) {
    // A counter that is dropped is a device that was killed: it writes nothing on its way out.
    const counter = await NonceCounter.open({ path, nowMs: 1_000 })
    for (let i = 0; i < life * 90; i++) {
      const nonce = await counter.next()
      expect(given.has(nonce)).toBe(false)
      given.add(nonce)
      expect(BigInt((await readFile(path, 'utf8')).trim())).toBeGreaterThanOrEqual(nonce)
    }
  }
  expect([...given]).toEqual([...given].sort((a, b) => (a < b ? -1 : 1)))
})

test('a device that never ran starts at its clock; one that lost its mark starts above its queue too', async () => {
  const fresh = await NonceCounter.open({ path: join(directory, 'fresh'), nowMs: 1_764_000_000_000 })
  expect(await fresh.next()).toBe(1_764_000_000_001n)
  const lost = await NonceCounter.open({ path: join(directory, 'lost'), nowMs: 5, usedUpTo: 90n })
  expect(await lost.next()).toBe(91n)
})

test('nonces above 2^53 are exact', async () => {
  const path = join(directory, 'large')
  await writeFile(path, '9007199254740993\n')
  expect(await (await NonceCounter.open({ path, nowMs: 0 })).next()).toBe(9007199254740994n)
})

test.each(['', '12', 'NaN\n', '-1\n', '1e3\n'])('a mark of "%s" is refused rather than guessed', async (text) => {
  const path = join(directory, 'corrupt')
  await writeFile(path, text)
  await expect(NonceCounter.open({ path, nowMs: 0 })).rejects.toThrow(
    expect.objectContaining({ code: 'NONCE_FILE_CORRUPT' }),
  )
})
