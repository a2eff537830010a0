import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Queue } from './queue.ts'
import { decodeSegment, encodeRecord, type QueueRecord } from './segment.ts'

let root: string
let directories = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'iotex2-queue-'))
})
afterAll(() => rm(root, { recursive: true }))
const freshDirectory = () => join(root, String(directories++))

const nonces = (queue: Queue) => [...queue.messages()].map(({ nonce }) => Number(nonce))
const body = (nonce: number) => `{"nonce":${nonce},"payload":{"name":"Grün ${'·'.repeat(nonce)}"}}`
const append = (queue: Queue, nonce: number) => queue.append({ nonce: BigInt(nonce), body: body(nonce) })
const segments = async (directory: string) => (await readdir(directory)).sort()

const RECORDS: QueueRecord[] = [
  { kind: 'queued', nonce: 1n, body: body(1) },
  { kind: 'queued', nonce: 2n, body: body(2) },
  { kind: 'left', nonce: 1n },
  { kind: 'queued', nonce: (1n << 64n) - 1n, body: '{}' },
  { kind: 'left', nonce: 2n },
]

/** Returns the nonces that wait after `records`. */
function waitingAfter(records: readonly QueueRecord[]): bigint[] {
  const waiting = new Set<bigint>()
  for (const { kind, nonce } of records) kind === 'queued' ? waiting.add(nonce) : waiting.delete(nonce)
  return [...waiting]
}

test('a record is laid out as committed', () => {
  expect(encodeRecord({ kind: 'queued', nonce: 7n, body: '{}' }).toString('hex')).toMatchInlineSnapshot(
    `"0000000b80ffc3100100000000000000077b7d"`,
  )
  expect(encodeRecord({ kind: 'left', nonce: 7n }).toString('hex')).toMatchInlineSnapshot(
    `"0000000943f3d06d020000000000000007"`,
  )
})

test('every prefix of a segment loads, with what was whole in it', async () => {
  const parts = RECORDS.map(encodeRecord)
  const segment = Buffer.concat(parts)
  const directory = freshDirectory()
  await mkdir(directory)
  const path = join(directory, '00000001.segment')
  for (let length = 0; length <= segment.length; length++) {
    let whole = 0
    let end = 0
    while (whole < parts.length && end + parts[whole]!.length <= length) end += parts[whole++]!.length
    expect(decodeSegment(segment.subarray(0, length))).toEqual({ records: RECORDS.slice(0, whole), validBytes: end })

    await writeFile(path, segment.subarray(0, length))
    const queue = await Queue.open(directory)
    expect([...queue.messages()].map(({ nonce }) => nonce)).toEqual(waitingAfter(RECORDS.slice(0, whole)))
    expect(queue.tornBytes).toBe(length - end)
    await queue.close()
    await rm(path, { force: true })
  }
})

test('a segment with any one byte changed gives no record that was not written', () => {
  const segment = Buffer.concat(RECORDS.map(encodeRecord))
  for (let i = 0; i < segment.length; i++) {
    const changed = Buffer.from(segment)
    changed[i]! ^= 0x10
    const { records } = decodeSegment(changed)
    expect(records.length).toBeLessThan(RECORDS.length)
    expect(records).toEqual(RECORDS.slice(0, records.length))
  }
})

test('a tail of zeros, as a power cut leaves it, is torn', () => {
  const record = encodeRecord(RECORDS[0]!)
  expect(decodeSegment(Buffer.concat([record, Buffer.alloc(4096)]))).toEqual({
    records: [RECORDS[0]],
    validBytes: record.length,
  })
})

test('messages wait in order until removed, over restarts', async () => {
  const directory = freshDirectory()
  const first = await Queue.open(directory)
  await Promise.all([1, 2, 3, 4].map((nonce) => append(first, nonce)))
  await first.remove(2n)
  await first.close()

  const second = await Queue.open(directory)
  expect([...second.messages()]).toEqual([1, 3, 4].map((nonce) => ({ nonce: BigInt(nonce), body: body(nonce) })))
  expect(second.highestNonce).toBe(4n)
  await append(second, 5)
  await second.remove(1n)
  await second.close()

  const third = await Queue.open(directory)
  expect(nonces(third)).toEqual([3, 4, 5])
  await third.close()
})

test('a queue that was cut at any byte takes new messages and keeps them', async () => {
  const directory = freshDirectory()
  const queue = await Queue.open(directory)
  for (const nonce of [1, 2, 3]) await append(queue, nonce)
  await queue.close()
  const path = join(directory, '00000001.segment')
  const { length } = await readFile(path)
  const third = encodeRecord({ kind: 'queued', nonce: 3n, body: body(3) }).length
  await truncate(path, length - Math.ceil(third / 2))

  const cut = await Queue.open(directory)
  expect(cut.tornBytes).toBeGreaterThan(0)
  expect(nonces(cut)).toEqual([1, 2])
  await append(cut, 4)
  await cut.close()
  const again = await Queue.open(directory)
  expect(nonces(again)).toEqual([1, 2, 4])
  await again.close()
})

test('segments go once all their messages have left, oldest first', async () => {
  const directory = freshDirectory()
  const queue = await Queue.open(directory, { segmentBytes: 60 })
  for (const nonce of [1, 2, 3, 4, 5, 6]) await append(queue, nonce)
  const all = await segments(directory)
  expect(all.length).toBeGreaterThan(3)

  for (const nonce of [2n, 3n, 4n, 5n]) await queue.remove(nonce)
  expect(await segments(directory)).toEqual(expect.arrayContaining(all))
  await queue.remove(1n)
  expect((await segments(directory))[0]).not.toBe(all[0])
  await queue.close()

  const again = await Queue.open(directory)
  expect(nonces(again)).toEqual([6])
  await again.remove(6n)
  await again.close()
  await (await Queue.open(directory)).close()
  expect(await segments(directory)).toEqual([])
})

test('a message that has left stays away when the segment that queued it outlives the record of it', async () => {
  const directory = freshDirectory()
  const queue = await Queue.open(directory, { segmentBytes: 60 })
  await append(queue, 1)
  await append(queue, 2)
  await queue.remove(2n)
  await append(queue, 3)
  await queue.remove(3n)
  await queue.close()
  const again = await Queue.open(directory)
  expect(nonces(again)).toEqual([1])
  await again.close()
})

test('appends that overlap are all durable', async () => {
  const directory = freshDirectory()
  const queue = await Queue.open(directory, { segmentBytes: 4096 })
  const all = Array.from({ length: 500 }, (_, i) => i + 1)
  await Promise.all(all.map((nonce) => append(queue, nonce)))
  await Promise.all(all.filter((nonce) => nonce % 2 === 0).map((nonce) => queue.remove(BigInt(nonce))))
  await queue.close()
  const again = await Queue.open(directory)
  expect(nonces(again)).toEqual(all.filter((nonce) => nonce % 2 === 1))
  await again.close()
})

test('a full queue takes no more, and says so', async () => {
  const queue = await Queue.open(freshDirectory(), { maximumMessages: 2 })
  await append(queue, 1)
  await append(queue, 2)
  await expect(append(queue, 3)).rejects.toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }))
  await queue.remove(1n)
  await append(queue, 3)
  expect(nonces(queue)).toEqual([2, 3])
  await queue.close()
})

test('a write that fails is told, and what comes after goes to another segment', async () => {
  const directory = freshDirectory()
  const queue = await Queue.open(directory, { segmentBytes: 1 })
  await append(queue, 1)
  // The next segment's name is taken: creating it fails.
  await writeFile(join(directory, '00000002.segment'), '')
  await expect(append(queue, 2)).rejects.toThrow(expect.objectContaining({ code: 'EEXIST' }))
  expect(nonces(queue)).toEqual([1])
  await append(queue, 3)
  await queue.close()
  const again = await Queue.open(directory)
  expect(nonces(again)).toEqual([1, 3])
  await again.close()
})
