/** The core's queue on a file that stands for flash, whatever byte it is cut at. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseProfile } from '@iotex2/protocol/profile'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Flash, FlashFile } from './flash-file.ts'
import { MemoryDevice } from './memory-device.ts'

const SIZE = { sectorBytes: 4096, sectors: 4 }
const profile = parseProfile({
  name: 'counter',
  version: 1,
  maximumRatePerMinute: 6000,
  fields: [{ name: 'count', unit: '1', minimum: 0, maximum: 1e6, scale: 1 }],
})
const server = { projectId: 1n, transport: 'http', gateways: ['http://a.example'] } as const

let root: string
let files = 0
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'iotex2-flash-'))
})
afterAll(() => rmSync(root, { recursive: true }))
const freshPath = () => join(root, String(files++))

/** A file whose process ends within the write of some byte. */
class CutFlash implements Flash {
  readonly sectorBytes = SIZE.sectorBytes
  readonly sectors = SIZE.sectors
  readonly unitBytes = 1
  readonly #file: FlashFile
  #allowance: number
  spent = 0

  constructor(file: FlashFile, allowance: number) {
    this.#file = file
    this.#allowance = allowance
  }

  read(address: number, bytes: Uint8Array): void {
    this.#file.read(address, bytes)
  }

  program(address: number, bytes: Uint8Array): void {
    const whole = Math.min(bytes.length, this.#allowance)
    this.#allowance -= whole
    this.spent += whole
    if (whole > 0) this.#file.program(address, bytes.subarray(0, whole))
    if (whole < bytes.length) throw new RangeError('killed')
  }

  erase(address: number, length: number): void {
    if (this.#allowance === 0) throw new RangeError('killed')
    this.#file.erase(address, length)
  }
}

const deviceOn = (flash: Flash) => new MemoryDevice({ profile, server, flash, delayMs: 1e9, intervalMs: 1e9 })
const acknowledge = (device: MemoryDevice) => {
  device.core.run()
  for (const { nonce } of device.sent.splice(0))
    device.core.reply(nonce, 200, JSON.stringify({ taskID: `0x${'11'.repeat(32)}` }))
}
const noncesIn = (device: MemoryDevice, event: string) =>
  device.log.flatMap((entry) => (entry.event === event ? [String(entry.nonce)] : []))

/** Queues, is acknowledged, queues again. */
function live(device: MemoryDevice): void {
  for (const count of [1, 2]) device.core.take(1, [BigInt(count)])
  acknowledge(device)
  for (const count of [3, 4]) device.core.take(1, [BigInt(count)])
}

test('flash is as it was when the file is opened again, erased where nothing was', async () => {
  const path = freshPath()
  const file = FlashFile.open(path, SIZE)
  const read = (flash: Flash, address: number, length: number) => {
    const bytes = new Uint8Array(length)
    flash.read(address, bytes)
    return [...bytes]
  }
  expect(read(file, 4090, 12)).toEqual(Array(12).fill(255))
  file.program(4094, Uint8Array.of(1, 2, 3))
  await file.close()
  // The file has what was programmed, and a hole before it.
  expect(statSync(path).size).toBe(4097)
  const again = FlashFile.open(path, SIZE)
  expect(read(again, 4093, 5)).toEqual([255, 1, 2, 3, 255])
  again.erase(4096, 4096)
  expect(read(again, 4093, 5)).toEqual([255, 1, 2, 255, 255])
  await again.close()
  // It only grows.
  const grown = FlashFile.open(path, { ...SIZE, sectors: 2 })
  expect(grown.sectors).toBe(2)
  await grown.close()
  const shrunk = FlashFile.open(path, { ...SIZE, sectors: 1 })
  expect(shrunk.sectors).toBe(2)
  await shrunk.close()
})

// At every byte, on flash in memory: c/test/queue.test.ts.
test('a process may be killed within any write', async () => {
  const whole = new CutFlash(FlashFile.open(freshPath(), SIZE), Number.POSITIVE_INFINITY)
  live(deviceOn(whole))
  expect(whole.spent).toBeGreaterThan(700)
  for (let cut = 0; cut <= whole.spent; cut += 7) {
    const path = freshPath()
    const file = FlashFile.open(path, SIZE)
    const killed = deviceOn(new CutFlash(file, cut))
    live(killed)
    await file.close()
    const queued = noncesIn(killed, 'queued')
    const left = noncesIn(killed, 'acknowledged')

    const reopened = FlashFile.open(path, SIZE)
    const device = deviceOn(reopened)
    device.core.run()
    const waiting = device.sent.map(({ nonce }) => String(nonce))
    const context = `cut after ${cut} bytes`
    // Everything that was queued and not acknowledged is there, once, in order; no more than the torn one beside it.
    for (const nonce of queued) if (!left.includes(nonce)) expect(waiting, context).toContain(nonce)
    expect(waiting, context).toEqual([...new Set(waiting)].toSorted())
    expect(waiting.filter((nonce) => !queued.includes(nonce)).length, context).toBeLessThanOrEqual(1)
    // And goes on, with nonces that were never used.
    device.core.take(1, [5n])
    const next = noncesIn(device, 'queued')[0]!
    for (const nonce of [...queued, ...waiting]) expect(BigInt(next), context).toBeGreaterThan(BigInt(nonce))
    await reopened.close()
  }
})
